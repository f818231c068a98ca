package io.vireo.daemon;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A target for each test, which has its sockets in a folder. */
@Timeout(60)
abstract class TargetFixture {
  @TempDir Path dir;
  RunningTarget target;

  @BeforeEach
  void startTarget() throws IOException {
    target = new RunningTarget(dir);
  }

  @AfterEach
  void stopTarget() throws IOException {
    target.close();
  }
}
