package io.vireo.bdev.split;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.filter.FilterContract;

/** The part in the middle. */
class SplitContractTest extends FilterContract {
  @Override
  protected int timesAsLarge() {
    return 3;
  }

  @Override
  protected Bdev standOn(BaseBdev base, String name) {
    return SplitBdev.parts(base, new SplitCreate(base.bdev().name(), 3, 0)).get(1);
  }
}
