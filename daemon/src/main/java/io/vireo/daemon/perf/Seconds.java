package io.vireo.daemon.perf;

import java.math.BigDecimal;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * A time on the command line.
 *
 * @param text as it was written there
 */
public record Seconds(String text, double value) {
  /** The longest time that any option takes. */
  private static final double MAX = 1e6;

  private static final double NS_PER_SECOND = TimeUnit.SECONDS.toNanos(1);

  /** Takes any number; whether an option can take it is for {@link #ns} to tell. */
  public static final class Converter implements ITypeConverter<Seconds> {
    @Override
    public Seconds convert(String text) {
      try {
        return new Seconds(text, Double.parseDouble(text));
      } catch (NumberFormatException e) {
        throw new TypeConversionException("'" + text + "' is no number of seconds");
      }
    }
  }

  /**
   * The time in nanoseconds.
   *
   * @param min the shortest one that {@code option} takes
   * @throws IllegalArgumentException with a sentence when it is shorter or too long
   */
  public long ns(String option, double min) {
    if (!(value >= min && value <= MAX)) {
      throw new IllegalArgumentException(
          "%s %s is not %s to %s seconds".formatted(option, text, plain(min), plain(MAX)));
    }
    return (long) (value * NS_PER_SECOND);
  }

  private static String plain(double number) {
    return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
  }
}
