package io.vireo.daemon.perf;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A disk that is in use beside the one that is measured, as {@code --beside} names it.
 *
 * @param depth null for that of the measured one; 0: its guest is connected and does nothing
 * @param queues null for as many as the measured one has
 */
record Neighbour(Path socket, Integer depth, Integer queues) {
  /** A number at the end is the depth, two are depth and queues; a path may hold colons, too. */
  private static final Pattern FORM = Pattern.compile("(.+?)(?::(\\d{1,4})(?::(\\d{1,3}))?)?");

  static final class Converter implements ITypeConverter<Neighbour> {
    @Override
    public Neighbour convert(String text) {
      Matcher parts = FORM.matcher(text);
      if (!parts.matches()) {
        throw new TypeConversionException("'" + text + "' is not SOCKET[:DEPTH[:QUEUES]]");
      }
      return new Neighbour(Path.of(parts.group(1)), number(parts.group(2)), number(parts.group(3)));
    }

    private static Integer number(String digits) {
      return digits == null ? null : Integer.valueOf(digits);
    }
  }

  /**
   * Looks at what a colon in the name may mean.
   *
   * @throws IllegalArgumentException when no such socket exists: a depth was meant
   */
  void check() {
    String name = socket.toString();
    int colon = name.lastIndexOf(':');
    if (colon > name.lastIndexOf('/') && !Files.exists(socket)) {
      throw new IllegalArgumentException(
          "--beside: there is no %s, and '%s' is no depth"
              .formatted(name, name.substring(colon + 1)));
    }
  }

  /** What it does when the measured disk is under {@code load}. */
  PerfOptions options(PerfOptions load) {
    return load.on(depth == null ? load.depth() : depth, queues == null ? load.queues() : queues);
  }
}
