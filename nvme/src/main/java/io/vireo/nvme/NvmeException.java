package io.vireo.nvme;

import io.vireo.nvme.spec.NvmeStatus;
import java.util.function.Supplier;

/** A controller that failed, or refused, what control code asked for. */
public final class NvmeException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;

  NvmeException(String sentence) {
    this(sentence, NvmeStatus.SUCCESS);
  }

  NvmeException(String sentence, int status) {
    super(sentence);
    this.status = status;
  }

  /** The status of the command that failed; 0 when it was no command's status. */
  public int status() {
    return status;
  }

  /** Whether the controller answered, and refused: it works, but does not offer that. */
  public boolean isRefusal() {
    return status != NvmeStatus.SUCCESS;
  }

  /** Says in our words what does not fit the transport, or finds no memory there. */
  static <T> T unlessFit(Supplier<T> wanted) {
    try {
      return wanted.get();
    } catch (IllegalArgumentException | IllegalStateException e) {
      NvmeException said = new NvmeException(e.getMessage());
      said.initCause(e);
      throw said;
    }
  }

  /** Asks for something that a controller need not have; a refusal is nothing. */
  static void ifOffered(Runnable command) {
    try {
      command.run();
    } catch (NvmeException e) {
      if (!e.isRefusal()) {
        throw e;
      }
    }
  }
}
