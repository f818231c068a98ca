package io.vireo.nvme;

import io.vireo.nvme.spec.NvmeStatus;

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
}
