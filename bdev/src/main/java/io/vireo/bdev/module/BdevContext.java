package io.vireo.bdev.module;

import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.iobuf.Iobuf;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.reactor.ReactorGroup;

/**
 * What a module works with.
 *
 * @param bdevs where its bdevs become known
 * @param reactors the threads that serve requests
 * @param memory which memory devices may reach
 * @param iobuf how large the pools are out of which it lends buffers
 */
public record BdevContext(
    BdevRegistry bdevs, ReactorGroup reactors, MemoryRegistry memory, Iobuf iobuf) {
  /** With buffers as they are where nobody has set them. */
  public BdevContext(BdevRegistry bdevs, ReactorGroup reactors, MemoryRegistry memory) {
    this(bdevs, reactors, memory, new Iobuf(reactors == null ? 1 : reactors.reactors().size()));
  }
}
