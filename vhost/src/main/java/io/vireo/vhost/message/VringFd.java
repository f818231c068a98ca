package io.vireo.vhost.message;

/**
 * The number in SET_VRING_KICK, SET_VRING_CALL and SET_VRING_ERR: bits 0-7 are the ring's index,
 * bit 8 says that no descriptor comes along.
 */
public record VringFd(int index, boolean noFd) {
  private static final int INDEX_MASK = 0xff;
  private static final int NO_FD = 1 << 8;

  static VringFd of(long value) {
    return new VringFd((int) value & INDEX_MASK, (value & NO_FD) != 0);
  }

  public long value() {
    return (index & INDEX_MASK) | (noFd ? NO_FD : 0);
  }
}
