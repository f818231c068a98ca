package io.vireo.bdev.uring;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevContract;
import io.vireo.bdev.iobuf.Iobuf;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The contract, on files of one kind. */
abstract class UringContract extends BdevContract {
  final UringRings rings = UringRings.of("rings", new Iobuf(1));
  private final List<Path> paths = new ArrayList<>();

  /** A new file. */
  abstract Path file() throws IOException;

  abstract BackingFile open(Path file);

  @Override
  protected Bdev create(String name, long sizeBytes) throws IOException {
    Path path = file();
    paths.add(path);
    TestFiles.resize(path, sizeBytes);
    return new UringBdev(name, Bdev.uuidOf(null), open(path), rings);
  }

  @AfterEach
  void delete() throws IOException {
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }
}
