package io.vireo.linux.pci;

import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import java.lang.foreign.Arena;
import java.util.Arrays;

/**
 * The configuration space of a function (PCI Express Base Specification, 7.5): little-endian
 * registers of 1, 2 and 4 bytes. The kernel lets some of them be read only.
 */
public final class PciConfig {
  /** Registers of every function. */
  public static final int VENDOR_ID = 0;

  public static final int DEVICE_ID = 2;
  public static final int COMMAND = 4;
  public static final int CLASS_REVISION = 8;

  /** Bits of {@link #COMMAND}. */
  public static final int COMMAND_MEMORY = 2;

  public static final int COMMAND_MASTER = 4;
  public static final int COMMAND_INTX_DISABLE = 0x400;

  private static final int ALL_BYTES = 4096;
  private static final int LEGACY_BYTES = 256;

  private final int fd;
  private final long offset;
  private final PciAddress address;

  /**
   * @param offset where it begins in the file {@code fd}
   */
  public PciConfig(int fd, long offset, PciAddress address) {
    this.fd = fd;
    this.offset = offset;
    this.address = address;
  }

  /** Reads a register of two bytes, unsigned. */
  public int read16(int register) {
    return read(register, Short.BYTES) & 0xffff;
  }

  public int read32(int register) {
    return read(register, Integer.BYTES);
  }

  public void write16(int register, int value) {
    write(register, Short.BYTES, value);
  }

  /**
   * Lets the function answer at its memory, and read and write ours (bus master). Its interrupt pin
   * is switched off: nobody would handle it, and others may share the line.
   */
  public void enable() {
    int wanted = COMMAND_MEMORY | COMMAND_MASTER | COMMAND_INTX_DISABLE;
    write16(COMMAND, read16(COMMAND) | wanted);
  }

  /** Ends the function's access to our memory. */
  public void disableMaster() {
    write16(COMMAND, read16(COMMAND) & ~COMMAND_MASTER);
  }

  /** All of it: 4096 bytes, or 256 of a function that has no more or nothing there. */
  public byte[] bytes() {
    try (Arena arena = Arena.ofConfined()) {
      long memory = arena.allocate(ALL_BYTES, Integer.BYTES).address();
      long got = Libc.pread(fd, memory, ALL_BYTES, offset);
      byte[] all = new byte[(int) got];
      Mem.copy(memory, all, 0, all.length);
      for (int i = LEGACY_BYTES; i < all.length; i++) {
        if (all[i] != 0) {
          return all;
        }
      }
      return Arrays.copyOf(all, Math.min(all.length, LEGACY_BYTES));
    }
  }

  private int read(int register, int bytes) {
    try (Arena arena = Arena.ofConfined()) {
      long word = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      checkWhole(Libc.pread(fd, word, bytes, offset + register), bytes, register);
      return Mem.getInt(word);
    }
  }

  private void write(int register, int bytes, int value) {
    try (Arena arena = Arena.ofConfined()) {
      long word = arena.allocate(Integer.BYTES, Integer.BYTES).address();
      Mem.putInt(word, value);
      checkWhole(Libc.pwrite(fd, word, bytes, offset + register), bytes, register);
    }
  }

  private void checkWhole(long done, int bytes, int register) {
    if (done != bytes) {
      throw new IllegalStateException(
          "%d of %d bytes of register 0x%x of %s".formatted(done, bytes, register, address));
    }
  }
}
