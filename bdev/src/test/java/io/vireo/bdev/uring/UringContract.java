package io.vireo.bdev.uring;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;

/** The contract, on files of one kind. */
abstract class UringContract extends BdevContract {
  final UringRings rings = new UringRings();
  Path path;

  /** A new file. */
  abstract Path file() throws IOException;

  abstract BackingFile open(Path file);

  @Override
  protected Bdev create(String name, long sizeBytes) throws IOException {
    path = file();
    TestFiles.resize(path, sizeBytes);
    return new UringBdev(name, Bdev.uuidOf(null), open(path), rings);
  }

  @AfterEach
  void delete() throws IOException {
    Files.deleteIfExists(path);
  }
}
