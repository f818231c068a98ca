package io.vireo.daemon.nvme;

import io.vireo.linux.pci.PciAddress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The slot behind a port (PCI Express Base 7.5.3), by its configuration space. */
record RootPort(Path config) {
  private static final int FIRST_CAPABILITY = 0x34;
  private static final int PCI_EXPRESS = 0x10;
  private static final int SLOT_CONTROL = 0x18;

  /** Power Controller Control, both indicators off, and no interrupts. */
  private static final int POWER_OFF = 0x07c0;

  /** The kernel of a slot with a button for its removal does not ask for this interrupt itself. */
  private static final int PRESENCE_CHANGED_ENABLE = 0x0008;

  static RootPort of(PciAddress address) {
    return new RootPort(Path.of("/sys/bus/pci/devices", address.toString(), "config"));
  }

  /**
   * Takes the power from what is in the slot, so that it is gone at once. The kernel learns it when
   * the slot has its power again: what it believes to be off it would not look at.
   */
  void powerOff() throws IOException {
    try (FileChannel file =
        FileChannel.open(config, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
      int at = read(file, FIRST_CAPABILITY) & 0xff;
      while (at != 0 && (read(file, at) & 0xff) != PCI_EXPRESS) {
        at = read(file, at) >>> 8;
      }
      int before = read(file, at + SLOT_CONTROL);
      file.write(word().putShort(0, (short) POWER_OFF), at + SLOT_CONTROL);
      int after = before | PRESENCE_CHANGED_ENABLE;
      file.write(word().putShort(0, (short) after), at + SLOT_CONTROL);
    }
  }

  private static int read(FileChannel file, int offset) throws IOException {
    ByteBuffer word = word();
    file.read(word, offset);
    return word.getShort(0) & 0xffff;
  }

  private static ByteBuffer word() {
    return ByteBuffer.allocate(Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
  }
}
