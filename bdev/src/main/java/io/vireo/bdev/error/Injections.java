package io.vireo.bdev.error;

import io.vireo.bdev.IoType;
import java.util.concurrent.atomic.AtomicReferenceArray;

/** What is injected into a bdev, by type of request. Any thread. */
final class Injections {
  private final AtomicReferenceArray<Injection> byType =
      new AtomicReferenceArray<>(IoType.values().length);

  /** In place of what was injected for the same types. */
  void inject(ErrorInject p) {
    for (IoType type : IoType.values()) {
      if (p.meets(type)) {
        byType.set(type.index(), p.num() == 0 ? null : new Injection(p));
      }
    }
  }

  void clear() {
    for (IoType type : IoType.values()) {
      byType.set(type.index(), null);
    }
  }

  /** For requests of that type, or null. Hot. */
  Injection of(IoType type) {
    return byType.get(type.index());
  }
}
