package io.vireo.linux.pci;

/** Something that was asked of a PCI function cannot be: one sentence for who asked. */
public final class PciException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public PciException(String message) {
    super(message);
  }
}
