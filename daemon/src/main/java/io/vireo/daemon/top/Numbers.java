package io.vireo.daemon.top;

import java.util.Locale;
import java.util.concurrent.TimeUnit;

/** Figures as text; what is not known is a dash. */
final class Numbers {
  private static final double NS_PER_US = TimeUnit.MICROSECONDS.toNanos(1);
  private static final double BYTES_PER_MIB = 1 << 20;
  private static final double FEW = 10;
  private static final String UNKNOWN = "-";

  private Numbers() {}

  /** With a decimal where it is small. */
  static String rate(double perSecond) {
    return number(perSecond, perSecond > 0 && perSecond < FEW ? "%.1f" : "%.0f");
  }

  static String mib(double bytes) {
    return number(bytes / BYTES_PER_MIB, "%.1f");
  }

  static String us(double ns) {
    return number(ns / NS_PER_US, "%.1f");
  }

  static String depth(double requests) {
    return number(requests, "%.1f");
  }

  static String percent(double part) {
    return number(part * 100, "%.1f");
  }

  private static String number(double value, String format) {
    return Double.isNaN(value) ? UNKNOWN : String.format(Locale.ROOT, format, value);
  }

  /** Hours, minutes and seconds, and days if there are any. */
  static String uptime(long ns) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(ns);
    long days = TimeUnit.SECONDS.toDays(seconds);
    String time = "%d:%02d:%02d".formatted(seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    return days > 0 ? "%d d %s".formatted(days, time) : time;
  }

  /** Without zeros at its end. */
  static String seconds(double seconds) {
    return seconds == Math.rint(seconds)
        ? "%.0f s".formatted(seconds)
        : String.format(Locale.ROOT, "%.3f", seconds).replaceFirst("0+$", "") + " s";
  }

  /** A name that cannot move a terminal's cursor, whatever it holds. */
  static String name(String name) {
    return name.replaceAll("\\p{Cc}", "?");
  }
}
