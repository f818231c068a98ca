package io.vireo.bdev.uring;

import java.io.IOException;
import java.nio.file.Path;

/** Through the page cache. */
class UringBufferedTest extends UringContract {
  @Override
  Path file() throws IOException {
    return TestFiles.onDisk();
  }

  @Override
  BackingFile open(Path file) {
    return BackingFile.open(file.toString(), 4096, BackingFile.Caching.BUFFERED);
  }
}
