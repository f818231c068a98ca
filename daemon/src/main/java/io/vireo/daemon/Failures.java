package io.vireo.daemon;

import io.vireo.bdev.BdevException;
import io.vireo.linux.ErrnoException;
import io.vireo.vhost.VhostException;
import java.io.IOException;

/** Tells an operator's mistake or a machine's refusal from a bug of ours. */
final class Failures {
  private Failures() {}

  /** Whether the message is a sentence that was written for the operator. */
  static boolean isExpected(Throwable e) {
    return e instanceof IOException
        || e instanceof ErrnoException
        || e instanceof BdevException
        || e instanceof VhostException
        || e instanceof IllegalArgumentException
        || e instanceof UnsupportedOperationException;
  }

  static String sentence(Throwable e) {
    return isExpected(e) ? e.getMessage() : e.toString();
  }
}
