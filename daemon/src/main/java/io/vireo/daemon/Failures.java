package io.vireo.daemon;

import io.vireo.daemon.rpc.Refusal;
import java.io.IOException;

/** Tells an operator's mistake or a machine's refusal from a bug of ours. */
final class Failures {
  private Failures() {}

  /** Whether the message is a sentence that was written for the operator. */
  static boolean isExpected(Exception e) {
    return e instanceof IOException
        || e instanceof UnsupportedOperationException
        || (e instanceof RuntimeException r && Refusal.of(r).isPresent());
  }

  static String sentence(Exception e) {
    return isExpected(e) ? e.getMessage() : e.toString();
  }
}
