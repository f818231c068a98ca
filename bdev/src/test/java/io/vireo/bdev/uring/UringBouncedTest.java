package io.vireo.bdev.uring;

import java.io.IOException;
import java.nio.file.Path;

/** On a file that demands so much of memory that most requests are bounced. */
class UringBouncedTest extends UringContract {
  @Override
  Path file() throws IOException {
    return TestFiles.onDisk();
  }

  @Override
  BackingFile open(Path file) {
    return BackingFile.open(file.toString(), 4096, BackingFile.Caching.DIRECT)
        .demanding(new IoAlignment(4096, 4096));
  }
}
