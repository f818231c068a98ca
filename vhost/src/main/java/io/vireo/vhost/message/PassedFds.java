package io.vireo.vhost.message;

import io.vireo.linux.Libc;
import java.util.ArrayList;
import java.util.List;

/**
 * The descriptors that came with a message. Whoever handles the message takes what it keeps; {@link
 * #close} closes the rest, so that none is lost on any path.
 */
public final class PassedFds implements AutoCloseable {
  private static final int TAKEN = -1;

  /**
   * No request has more; those beyond are counted, so that the message is refused, and closed at
   * once, so that a peer cannot use up what descriptors this process may have.
   */
  static final int MAX_OPEN = MemoryTable.MAX_REGIONS;

  private final List<Integer> fds = new ArrayList<>();

  void add(int fd) {
    if (fds.size() < MAX_OPEN) {
      fds.add(fd);
    } else {
      fds.add(TAKEN);
      Libc.close(fd);
    }
  }

  /** How many came along, taken ones included. */
  public int count() {
    return fds.size();
  }

  /** The descriptor at {@code i}; it stays this object's. */
  public int get(int i) {
    return fds.get(i);
  }

  /** Gives the descriptor at {@code i} away: the caller closes it from now on. */
  public int take(int i) {
    return fds.set(i, TAKEN);
  }

  @Override
  public void close() {
    for (int i = 0; i < fds.size(); i++) {
      int fd = take(i);
      if (fd != TAKEN) {
        Libc.close(fd);
      }
    }
  }
}
