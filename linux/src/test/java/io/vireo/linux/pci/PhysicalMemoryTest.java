package io.vireo.linux.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On a made-up /proc; the real one needs root and huge pages, see qemu-scripts/nvme-guest. */
class PhysicalMemoryTest {
  private static final long PRESENT = 1L << 63;
  private static final long SOFT_DIRTY = 1L << 55;
  private static final long SWAPPED = 1L << 62;
  private static final long KPF_HUGE = 1L << 17;
  private static final long KPF_THP = 1L << 22;
  private static final long KPF_COMPOUND_TAIL = 1L << 16;
  private static final long HVA = 0x40000000L;

  @TempDir Path root;
  private Path pagemap;
  private Path flags;

  @BeforeEach
  void files() throws IOException {
    Files.createDirectories(root.resolve("proc/self"));
    pagemap = Files.createFile(root.resolve("proc/self/pagemap"));
    flags = Files.createFile(root.resolve("proc/kpageflags"));
  }

  private static void word(Path file, long index, long value) throws IOException {
    try (RandomAccessFile writer = new RandomAccessFile(file.toFile(), "rw")) {
      ByteBuffer word = ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN);
      writer.seek(index * Long.BYTES);
      writer.write(word.putLong(value).array());
    }
  }

  private long address(long hva) {
    try (PhysicalMemory memory = PhysicalMemory.open(root)) {
      return memory.address(hva);
    }
  }

  @Test
  void a_huge_page_has_an_address() throws IOException {
    word(pagemap, HVA >>> 12, PRESENT | SOFT_DIRTY | 0x12200);
    word(pagemap, (HVA >>> 12) + 1, PRESENT | SOFT_DIRTY | 0x12201);
    word(flags, 0x12200, KPF_HUGE);
    word(flags, 0x12201, KPF_HUGE | KPF_COMPOUND_TAIL);
    assertThat(address(HVA)).isEqualTo(0x12200000L);
    assertThat(address(HVA + 0x123)).isEqualTo(0x12200123L);
    assertThat(address(HVA + 0x1fff)).isEqualTo(0x12201fffL);
  }

  @Test
  void ordinary_and_transparent_pages_have_none() throws IOException {
    word(pagemap, HVA >>> 12, PRESENT | 0x12200);
    for (long kind : new long[] {0, KPF_THP, KPF_THP | KPF_COMPOUND_TAIL}) {
      word(flags, 0x12200, kind);
      assertThat(address(HVA)).isEqualTo(PhysicalMemory.UNKNOWN);
    }
  }

  @Test
  void what_is_not_there_has_none() throws IOException {
    word(flags, 0x12200, KPF_HUGE);
    for (long entry : new long[] {0, SWAPPED | 0x12200, 0x12200}) {
      word(pagemap, HVA >>> 12, entry);
      assertThat(address(HVA)).isEqualTo(PhysicalMemory.UNKNOWN);
    }
    assertThat(address(HVA + 0x1000)).isEqualTo(PhysicalMemory.UNKNOWN); // beyond the file
  }

  @Test
  void hidden_addresses_are_told() throws IOException {
    word(pagemap, HVA >>> 12, PRESENT | SOFT_DIRTY);
    assertThatThrownBy(() -> address(HVA))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "the kernel hides physical addresses from this process: run as root (CAP_SYS_ADMIN)");
  }

  @Test
  void a_second_close_does_nothing() {
    PhysicalMemory memory = PhysicalMemory.open(root);
    memory.close();
    memory.close();
    assertThat(root).isDirectory();
  }
}
