package io.vireo.bdev.error;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.filter.FilterContract;

/** While nothing is injected. */
class ErrorContractTest extends FilterContract {
  @Override
  protected Bdev standOn(BaseBdev base, String name) {
    return new ErrorBdev(base, Bdev.uuidOf(null));
  }
}
