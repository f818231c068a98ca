package io.vireo.bdev.module;

import java.util.List;

/**
 * A kind of bdev. Named in {@code META-INF/services/io.vireo.bdev.module.BdevModule}, with a public
 * constructor without parameters.
 *
 * <p>One instance serves one {@link BdevContext}: {@link #methods} is called once, before any
 * handler; handlers may be called from several threads.
 */
public interface BdevModule {
  /** Short name, as in {@code malloc}. */
  String name();

  /** The methods this module offers, bound to the context. */
  List<Method<?>> methods(BdevContext context);

  /**
   * Gives back what the module holds besides its bdevs. Called once, when nobody uses a bdev any
   * more and before the reactors end.
   */
  default void close() {}

  /** What {@link #measure} puts, always the same. */
  default List<Metric> metrics() {
    return List.of();
  }

  /**
   * Tells the figures of now, from what is counted anyway: it asks no device and waits for none.
   */
  default void measure(Measurements to) {}

  /** The calls that would bring the module's bdevs of this context back, in order. */
  List<ConfigEntry> configuration(BdevContext context);
}
