package io.vireo.daemon.nvme;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import java.io.PrintStream;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.slf4j.LoggerFactory;

/** What the target logs, in place of the console. */
final class GuestLog extends AppenderBase<ILoggingEvent> {
  private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();
  private volatile PrintStream show;

  /** From now on. */
  static GuestLog begin() {
    LoggerContext context = (LoggerContext) LoggerFactory.getILoggerFactory();
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.detachAndStopAllAppenders();
    root.setLevel(Level.INFO);
    GuestLog log = new GuestLog();
    log.setContext(context);
    log.start();
    root.addAppender(log);
    return log;
  }

  @Override
  protected void append(ILoggingEvent event) {
    events.add(event);
    if (show != null) {
      show(event);
    }
  }

  /** How many lines contain that. */
  long count(String part) {
    return events.stream().filter(event -> event.getFormattedMessage().contains(part)).count();
  }

  /** Prints all, and from now on each. */
  void print(PrintStream out) {
    show = out;
    events.forEach(this::show);
  }

  private void show(ILoggingEvent event) {
    show.printf("        %tT %s%n", event.getTimeStamp(), event.getFormattedMessage());
  }
}
