package io.vireo.bdev.malloc;

import static io.vireo.linux.Numa.ANY_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevContract;
import io.vireo.bdev.BdevGeometry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;

/** In reserved huge pages, where the system lets us reserve some; they are never given back. */
class MallocHugePagesTest extends BdevContract {
  private static final Path RESERVED = Path.of("/proc/sys/vm/nr_hugepages");
  private static final int PAGES = 16; // of 2 MiB: twice the contract's disk
  private static int before;

  @BeforeAll
  static void reserve() throws IOException {
    before = reserved();
    Assumptions.assumeTrue(Files.isWritable(RESERVED), "huge pages cannot be reserved");
    Files.writeString(RESERVED, Integer.toString(before + PAGES));
    Assumptions.assumeTrue(reserved() == before + PAGES, "no room for huge pages");
  }

  @AfterAll
  static void giveBack() throws IOException {
    if (reserved() != before) {
      Files.writeString(RESERVED, Integer.toString(before));
    }
  }

  private static int reserved() throws IOException {
    // By lines: a settings file gives its digits to one read only, and readString's is a byte long.
    return Integer.parseInt(Files.readAllLines(RESERVED).getFirst());
  }

  @Override
  protected Bdev create(String name, long sizeBytes) {
    MallocBdev bdev =
        MallocBdev.allocate(
            name, Bdev.uuidOf(null), BdevGeometry.of(4096), sizeBytes / 4096, ANY_NODE);
    assertThat(bdev.ordinaryBytes()).isZero();
    return bdev;
  }
}
