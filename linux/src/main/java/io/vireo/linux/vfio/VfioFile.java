package io.vireo.linux.vfio;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import java.util.function.IntFunction;

/** Opens the files below /dev/vfio. */
final class VfioFile {
  private VfioFile() {}

  /**
   * @param advice what to do about an errno; empty when there is nothing to say
   */
  static int open(String path, IntFunction<String> advice) {
    try {
      return Libc.open(path, Libc.O_RDWR, 0);
    } catch (ErrnoException e) {
      String text = advice.apply(e.errno());
      throw text.isEmpty() ? e : new ErrnoException("open", e.errno(), "of " + path, text);
    }
  }
}
