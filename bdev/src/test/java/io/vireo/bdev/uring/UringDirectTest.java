package io.vireo.bdev.uring;

import java.io.IOException;
import java.nio.file.Path;

/** Past the page cache, on a disk. */
class UringDirectTest extends UringContract {
  @Override
  Path file() throws IOException {
    return TestFiles.onDisk();
  }

  @Override
  BackingFile open(Path file) {
    return BackingFile.open(file.toString(), 512, BackingFile.Caching.DIRECT);
  }
}
