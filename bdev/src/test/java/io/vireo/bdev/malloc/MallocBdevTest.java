package io.vireo.bdev.malloc;

import static io.vireo.linux.Numa.ANY_NODE;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevContract;
import io.vireo.bdev.BdevGeometry;

class MallocBdevTest extends BdevContract {
  @Override
  protected Bdev create(String name, long sizeBytes) {
    return MallocBdev.allocate(
        name, Bdev.uuidOf(null), BdevGeometry.of(512), sizeBytes / 512, ANY_NODE);
  }
}
