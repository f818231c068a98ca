package io.vireo.virtio;

/** Hears that a queue was broken. */
@FunctionalInterface
public interface QueueListener {
  /** Told once for each queue, on the reactor's thread: pass it on and return. */
  void broken(int index, BreakReason reason);
}
