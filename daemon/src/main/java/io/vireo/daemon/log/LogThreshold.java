package io.vireo.daemon.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/** Lets the lines of a level and above through; the level can be changed. Any thread. */
public final class LogThreshold extends Filter<ILoggingEvent> {
  private volatile LogLevel level;

  LogThreshold(LogLevel level) {
    this.level = level;
  }

  public LogLevel level() {
    return level;
  }

  public void level(LogLevel other) {
    level = other;
  }

  @Override
  public FilterReply decide(ILoggingEvent event) {
    return level.includes(event.getLevel()) ? FilterReply.NEUTRAL : FilterReply.DENY;
  }
}
