package io.vireo.bdev.filter;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoCompletion;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;

/** Reactor thread only. Resets a base's channel, so that it cancels what it can. */
final class BaseReset implements IoCompletion {
  private final BdevChannel base;
  private final BdevIo io = new BdevIo(this, 0, 0, 0);
  private boolean pending;
  private boolean again;

  BaseReset(BdevChannel base) {
    this.base = base;
  }

  /** Once more when one is on its way: what came after that is in flight too. */
  void submit() {
    if (pending) {
      again = true;
    } else {
      io.prepare(IoType.RESET, 0, 0);
      pending = base.submit(io) == IoStatus.PENDING;
    }
  }

  @Override
  public void complete(BdevIo ended, int status) {
    pending = false;
    if (again) {
      again = false;
      submit();
    }
  }
}
