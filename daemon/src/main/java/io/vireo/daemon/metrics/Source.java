package io.vireo.daemon.metrics;

import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Metric;
import java.util.List;

/** Where figures come from. Any control thread, one at a time. */
interface Source {
  /** What {@link #measure} puts, always the same. */
  List<Metric> metrics();

  /** Puts the figures of now. */
  void measure(Measurements to);

  /** What it is, for a line of the log. */
  default String name() {
    return getClass().getSimpleName();
  }

  /** A module tells its own. */
  static Source of(BdevModule module) {
    return new Source() {
      @Override
      public List<Metric> metrics() {
        return module.metrics();
      }

      @Override
      public void measure(Measurements to) {
        module.measure(to);
      }

      @Override
      public String name() {
        return "bdev module " + module.name();
      }
    };
  }
}
