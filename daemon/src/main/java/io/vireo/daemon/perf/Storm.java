package io.vireo.daemon.perf;

import java.io.IOException;
import java.util.Map;
import org.HdrHistogram.Histogram;

/** What control threads of a target have to do over and over; one thread. */
interface Storm extends AutoCloseable {
  /** Does it once and notes how long its parts took. */
  void once() throws IOException;

  /** The parts that are timed, by name; ns. */
  Map<String, Histogram> parts();

  @Override
  default void close() throws IOException {}

  /** For times from 1 ns up. */
  static Histogram histogram() {
    return new Histogram(3);
  }
}
