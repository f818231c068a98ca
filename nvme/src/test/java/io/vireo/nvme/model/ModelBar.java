package io.vireo.nvme.model;

import io.vireo.linux.Libc;

/** BAR 0 as the kernel shows it: a file that is mapped, and can be cut off under its user. */
final class ModelBar implements AutoCloseable {
  static final int BYTES = 16384;

  private final int fd = Libc.memfdCreate("bar", Libc.MFD_CLOEXEC);
  private final long address;
  private boolean lost;

  ModelBar() {
    Libc.ftruncate(fd, BYTES);
    address = Libc.mmap(0, BYTES, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, fd, 0);
  }

  long address() {
    return address;
  }

  /** From now on loads and stores there meet no memory. */
  void lose() {
    lost = true;
    Libc.ftruncate(fd, 0);
  }

  boolean isLost() {
    return lost;
  }

  @Override
  public void close() {
    Libc.munmap(address, BYTES);
    Libc.close(fd);
  }
}
