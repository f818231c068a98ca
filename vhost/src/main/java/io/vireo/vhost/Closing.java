package io.vireo.vhost;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Closes several things, all of them, whatever closing one of them throws. */
final class Closing {
  private static final Logger log = LoggerFactory.getLogger(Closing.class);

  private Closing() {}

  static void all(AutoCloseable... parts) {
    for (AutoCloseable part : parts) {
      try {
        part.close();
      } catch (Exception | Error e) {
        log.error("closing {} failed", part, e);
      }
    }
  }
}
