package io.vireo.bdev.filter;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevContract;
import io.vireo.bdev.module.ModuleCalls;
import org.junit.jupiter.api.AfterEach;

/** A bdev that stands on a disk in memory does all that a disk does. */
public abstract class FilterContract extends BdevContract {
  private final ModuleCalls calls = new ModuleCalls();

  /** How many times as large as the filter its base is. */
  protected int timesAsLarge() {
    return 1;
  }

  /** The filter, of that name if it can have any. */
  protected abstract Bdev standOn(BaseBdev base, String name);

  @Override
  protected final Bdev create(String name, long sizeBytes) {
    String below = calls.createMalloc("Base" + name, timesAsLarge() * sizeBytes / 512);
    return standOn(BaseBdev.open(calls.bdevs, below, "the contract"), name);
  }

  @AfterEach
  void removeBases() {
    calls.clear();
  }
}
