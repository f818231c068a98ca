package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevIo;
import io.vireo.nvme.NamespaceQueue;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.reactor.Reactor;

/** Reactor thread only. A way to one namespace; the reactor's {@link DriveQueue} does the work. */
final class NvmeChannel extends BdevChannel {
  private final NvmeBdev disk;
  private final DriveQueue queue;
  private NvmeNamespace identified;
  private NamespaceQueue namespace;
  private final int blockShift;
  private final int protection;
  private final boolean writeCache;

  NvmeChannel(NvmeBdev bdev, Reactor reactor, DriveQueue queue) {
    super(bdev, reactor);
    disk = bdev;
    this.queue = queue;
    follow();
    blockShift = bdev.namespace().blockShift();
    protection = NamespaceGeometry.protection(identified, bdev.drive().origin());
    writeCache = bdev.writeCache();
  }

  /** The namespace has another size: requests from now on may use it. */
  private void follow() {
    identified = disk.namespace();
    namespace = queue.namespace(identified);
  }

  NamespaceQueue namespace() {
    return namespace;
  }

  int blockShift() {
    return blockShift;
  }

  /** Flags of commands with data, {@code NvmOpcode.PRACT} and {@code PRCHK}. */
  int protection() {
    return protection;
  }

  /** Whether what was written may be lost when power is. */
  boolean writeCache() {
    return writeCache;
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the same object until something has changed
  protected int start(BdevIo io) {
    if (identified != disk.namespace()) {
      follow();
    }
    return queue.start(this, io);
  }

  @Override
  protected boolean holds(BdevIo io) {
    return queue.holds(io);
  }

  @Override
  protected void cancelInFlight() {
    queue.cancel(this);
  }

  /** A request of this channel has ended. */
  void ended(BdevIo io, int status) {
    finish(io, status);
  }

  /** Data were copied, because the device does not reach them where they lie. */
  void bounced() {
    stats().bounced();
  }

  @Override
  protected void close() {
    disk.drive().leave(queue);
  }
}
