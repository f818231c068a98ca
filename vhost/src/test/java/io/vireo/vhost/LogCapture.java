package io.vireo.vhost;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.util.List;
import org.slf4j.LoggerFactory;

/** The lines that a class logs while this is open, from the level WARN on. */
public final class LogCapture implements AutoCloseable {
  private final Logger logger;
  private final Level before;
  private final ListAppender<ILoggingEvent> lines = new ListAppender<>();

  public LogCapture(Class<?> owner) {
    logger = (Logger) LoggerFactory.getLogger(owner);
    before = logger.getLevel();
    logger.setLevel(Level.WARN);
    logger.setAdditive(false);
    lines.start();
    logger.addAppender(lines);
  }

  public List<String> lines() {
    return List.copyOf(lines.list).stream().map(ILoggingEvent::getFormattedMessage).toList();
  }

  @Override
  public void close() {
    logger.detachAppender(lines);
    logger.setAdditive(true);
    logger.setLevel(before);
  }
}
