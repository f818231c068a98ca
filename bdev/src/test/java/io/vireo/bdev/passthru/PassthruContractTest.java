package io.vireo.bdev.passthru;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.filter.FilterContract;

class PassthruContractTest extends FilterContract {
  @Override
  protected Bdev standOn(BaseBdev base, String name) {
    return new PassthruBdev(base, name, Bdev.uuidOf(null));
  }
}
