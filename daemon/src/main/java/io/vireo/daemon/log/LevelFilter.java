package io.vireo.daemon.log;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.filter.Filter;
import ch.qos.logback.core.spi.FilterReply;

/** Logback's view of a threshold. Any thread. */
final class LevelFilter extends Filter<ILoggingEvent> {
  private final LogThreshold threshold;

  LevelFilter(LogThreshold threshold) {
    this.threshold = threshold;
  }

  @Override
  public FilterReply decide(ILoggingEvent event) {
    return threshold.level().includes(event.getLevel()) ? FilterReply.NEUTRAL : FilterReply.DENY;
  }
}
