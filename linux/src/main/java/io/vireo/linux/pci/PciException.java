package io.vireo.linux.pci;

import io.vireo.linux.Errno;

/** Something that was asked of a PCI function cannot be: one sentence for who asked. */
public final class PciException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int errno;

  /**
   * @param errno one of {@link Errno}: EBUSY when somebody else has it, ENODEV when it is not there
   * @param message one sentence with the function's address and what to do
   */
  public PciException(int errno, String message) {
    super(message);
    this.errno = errno;
  }

  /** What kind of refusal this is. */
  public int errno() {
    return errno;
  }
}
