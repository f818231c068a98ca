package io.vireo.bdev;

import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What operators may call a bdev or a controller. Names come back in answers, logs, metrics and on
 * terminals, and a controller's is a file's. Any thread.
 */
public final class NameRule {
  /** The longest name in UTF-8: as of a file. */
  public static final int MAX_BYTES = 255;

  private NameRule() {}

  /**
   * What is wrong with a name, as one sentence; empty: nothing.
   *
   * @param what has it, such as {@code bdev}
   */
  public static Optional<String> violation(String what, String name) {
    if (name == null || name.isEmpty()) {
      return Optional.of("a %s needs a name".formatted(what));
    }
    int bytes = name.getBytes(StandardCharsets.UTF_8).length;
    if (bytes > MAX_BYTES) {
      return Optional.of(
          "%s name '%s' has %d bytes in UTF-8, more than %d"
              .formatted(what, Printable.shortened(name), bytes, MAX_BYTES));
    }
    if (!Printable.holds(name)) {
      return Optional.of(
          "%s name '%s' has characters that cannot be printed"
              .formatted(what, Printable.shortened(name)));
    }
    return Optional.empty();
  }

  /**
   * Refuses a name that may not be.
   *
   * @throws BdevException with EINVAL and the sentence
   */
  public static void require(String what, String name) {
    violation(what, name)
        .ifPresent(
            sentence -> {
              throw BdevException.invalid(sentence);
            });
  }
}
