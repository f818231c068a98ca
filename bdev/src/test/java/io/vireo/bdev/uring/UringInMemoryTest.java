package io.vireo.bdev.uring;

import java.io.IOException;
import java.nio.file.Path;

/** On tmpfs, which knows no zero range. */
class UringInMemoryTest extends UringContract {
  @Override
  Path file() throws IOException {
    return TestFiles.inMemory();
  }

  @Override
  BackingFile open(Path file) {
    return BackingFile.open(file.toString(), 512, BackingFile.Caching.DIRECT);
  }
}
