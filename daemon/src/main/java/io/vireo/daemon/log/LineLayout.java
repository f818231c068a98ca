package io.vireo.daemon.log;

import ch.qos.logback.classic.PatternLayout;
import ch.qos.logback.classic.pattern.DateConverter;
import ch.qos.logback.classic.pattern.MessageConverter;
import ch.qos.logback.classic.pattern.ThrowableProxyConverter;
import ch.qos.logback.classic.spi.ILoggingEvent;
import io.vireo.bdev.Printable;
import java.util.stream.Collectors;

/**
 * Events as lines for people. What clients sent may be in a message, or in that of an exception: it
 * is escaped, so that it can neither begin a line that looks like another event's nor command a
 * terminal. Any thread.
 */
final class LineLayout extends PatternLayout {
  private static final String LINE =
      "%time{yyyy-MM-dd HH:mm:ss.SSS}%-5level %logger{0}: %escaped%n%indented";

  LineLayout() {
    setPattern(LINE);
    getInstanceConverterMap().put("time", Time::new);
    getInstanceConverterMap().put("escaped", Message::new);
    getInstanceConverterMap().put("indented", Trace::new);
  }

  /** With the space behind it; nothing when it is not wanted. */
  private static final class Time extends DateConverter {
    @Override
    public String convert(ILoggingEvent event) {
      return LogTimestamps.PRINTED.wanted() ? super.convert(event) + " " : "";
    }
  }

  /** On one line. */
  private static final class Message extends MessageConverter {
    @Override
    public String convert(ILoggingEvent event) {
      return Printable.escaped(String.valueOf(super.convert(event)));
    }
  }

  /** Each line is indented, as none that an event begins with. */
  private static final class Trace extends ThrowableProxyConverter {
    @Override
    public String convert(ILoggingEvent event) {
      return super.convert(event)
          .lines()
          .map(line -> "\t" + Printable.escaped(line, c -> c == '\t') + System.lineSeparator())
          .collect(Collectors.joining());
    }
  }
}
