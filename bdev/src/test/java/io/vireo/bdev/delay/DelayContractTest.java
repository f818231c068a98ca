package io.vireo.bdev.delay;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.filter.FilterContract;
import io.vireo.reactor.SteppedReactor;

/** Each look at the clock finds it a microsecond later, so that everything is delayed by a few. */
class DelayContractTest extends FilterContract {
  private long nowNs;

  @Override
  protected SteppedReactor reactor() {
    return new SteppedReactor(() -> nowNs += 1000);
  }

  /** The clock of the contract's own reactor for lost memory, that of Disk1, stands still. */
  @Override
  protected Bdev standOn(BaseBdev base, String name) {
    long us = name.equals("Disk1") ? 0 : 3;
    DelayCreate parameters =
        new DelayCreate(base.bdev().name(), name, null, us, 2 * us, us / 3, 2 * us);
    return new DelayBdev(base, parameters);
  }
}
