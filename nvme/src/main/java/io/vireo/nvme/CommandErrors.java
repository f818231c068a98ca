package io.vireo.nvme;

/** Errors that somebody wants commands to meet, to see what becomes of them. */
public interface CommandErrors {
  /** None. */
  CommandErrors NONE = opcode -> null;

  /**
   * How a command ends.
   *
   * @param submitted whether the controller executes it nevertheless
   * @param delayNs how long one that is not submitted takes
   * @param status what it ends with, as {@code NvmeStatus}; may be success
   */
  record InjectedError(boolean submitted, long delayNs, int status) {}

  /** The error of the next command with that opcode; null: none. */
  InjectedError next(int opcode);
}
