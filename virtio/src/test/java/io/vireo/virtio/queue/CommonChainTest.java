package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.memreg.Translator;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.VirtioFeatures;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class CommonChainTest {
  private static final int SIZE = 8;
  private static final int NEXT = Descriptor.F_NEXT;
  private static final int WRITE = Descriptor.F_WRITE;
  private static final int INDIRECT = Descriptor.F_INDIRECT;

  private final GuestRam ram = GuestRam.of(1 << 16);
  private final TestRing ring = new TestRing(SIZE, VirtioFeatures.INDIRECT_DESC, 0, ram);
  private final Translator memory = ram.table().translator();
  private final CommonChain chain = new CommonChain(ring.queue, memory, true);
  private final long data = ram.allocate(4096);
  private final long table = ram.allocate(256);

  @AfterEach
  void close() {
    ring.close();
  }

  private void desc(int index, long gpa, long len, int flags, int next) {
    Descriptor.put(ring.queue.descriptors() + 16L * index, gpa, len, flags, next);
  }

  private void entry(int index, long gpa, long len, int flags, int next) {
    Descriptor.put(ram.hva(table) + 16L * index, gpa, len, flags, next);
  }

  private void three(boolean write) {
    desc(6, data, 16, NEXT, 1);
    desc(1, data + 512, 4096, write ? NEXT : NEXT | WRITE, 4);
    desc(4, data + 100, 1, WRITE, 0);
  }

  private void threeInTable(int flags) {
    desc(2, table, 48, flags, 0);
    entry(0, data, 16, NEXT, 1);
    entry(1, data + 512, 4096, NEXT | WRITE, 2);
    entry(2, data + 100, 1, WRITE, 0);
  }

  private void assertFields(boolean secondWritable) {
    assertThat(chain.firstGpa()).isEqualTo(data);
    assertThat(chain.firstBytes()).isEqualTo(16);
    assertThat(chain.secondGpa()).isEqualTo(data + 512);
    assertThat(chain.secondBytes()).isEqualTo(4096);
    assertThat(chain.secondWritable()).isEqualTo(secondWritable);
    assertThat(chain.thirdGpa()).isEqualTo(data + 100);
    assertThat(chain.thirdBytes()).isEqualTo(1);
  }

  @Test
  void three_descriptors_in_the_ring() {
    three(false);
    assertThat(chain.read(6)).isTrue();
    assertFields(true);
    three(true);
    assertThat(chain.read(6)).isTrue();
    assertFields(false);
  }

  @Test
  void three_descriptors_in_a_table() {
    threeInTable(INDIRECT);
    assertThat(chain.read(2)).isTrue();
    assertFields(true);
    threeInTable(INDIRECT | WRITE);
    assertThat(chain.read(2)).as("2.7.5.3.2").isTrue();
  }

  @Test
  void what_is_not_negotiated_not_mapped_or_of_another_length_is_left_to_the_walk() {
    threeInTable(INDIRECT);
    assertThat(new CommonChain(ring.queue, memory, false).read(2)).isFalse();
    desc(2, ram.end() - 32, 48, INDIRECT, 0);
    assertThat(chain.read(2)).isFalse();
    desc(2, table, 64, INDIRECT, 0);
    assertThat(chain.read(2)).isFalse();
    desc(2, table, 48, INDIRECT | NEXT, 0);
    assertThat(chain.read(2)).isFalse();
  }

  @Test
  void other_shapes_are_left_to_the_walk() {
    three(false);
    desc(6, data, 16, 0, 1); // one
    assertThat(chain.read(6)).isFalse();
    three(false);
    desc(6, data, 16, NEXT | WRITE, 1); // first writable
    assertThat(chain.read(6)).isFalse();
    three(false);
    desc(1, data, 16, WRITE, 4); // two
    assertThat(chain.read(6)).isFalse();
    three(false);
    desc(4, data, 1, NEXT | WRITE, 5); // four
    assertThat(chain.read(6)).isFalse();
    three(false);
    desc(4, data, 1, 0, 5); // last readable
    assertThat(chain.read(6)).isFalse();
    three(false);
    desc(1, table, 48, INDIRECT, 0); // goes on in a table
    assertThat(chain.read(6)).isFalse();
    three(false);
    desc(6, data, 16, NEXT, SIZE);
    assertThat(chain.read(6)).isFalse();
    three(false);
    desc(1, data, 16, NEXT, 0xffff);
    assertThat(chain.read(6)).isFalse();
    three(false);
    desc(4, data, 1, WRITE | 0x10, 5); // flags that nobody knows
    assertThat(chain.read(6)).isFalse();
  }

  @Test
  void a_descriptor_behind_the_end_of_a_table_is_not_read() {
    threeInTable(INDIRECT);
    entry(1, data + 512, 4096, NEXT | WRITE, 3);
    entry(3, data + 100, 1, WRITE, 0);
    assertThat(chain.read(2)).as("third").isFalse();
    threeInTable(INDIRECT);
    entry(0, data, 16, NEXT, 3);
    entry(3, data + 512, 4096, NEXT | WRITE, 2);
    assertThat(chain.read(2)).as("second").isFalse();
  }

  @Property(tries = 20_000)
  void a_common_chain_is_what_the_walk_finds_too(@ForAll Random random) {
    for (int i = 0; i < SIZE; i++) {
      desc(i, gpa(random), length(random), flags(random), random.nextInt(SIZE + 1));
    }
    for (int i = 0; i < 3; i++) {
      entry(i, gpa(random), length(random), flags(random), random.nextInt(4));
    }
    int head = random.nextInt(SIZE);
    if (random.nextBoolean()) {
      desc(head, table, 48, INDIRECT, 0);
    }
    if (!chain.read(head)) {
      return;
    }
    DescriptorWalk walk = new DescriptorWalk(ring.queue, memory, true, 0);
    assertThat(walk.read(head)).isNull();
    long readable = chain.firstBytes() + (chain.secondWritable() ? 0 : chain.secondBytes());
    assertThat(walk.readableBytes()).isEqualTo(readable);
    long all = chain.firstBytes() + chain.secondBytes() + chain.thirdBytes();
    assertThat(walk.readableBytes() + walk.writableBytes()).isEqualTo(all);
    assertThat(walk.hva(0)).isEqualTo(memory.hva(chain.firstGpa(), 1));
    assertThat(walk.lastWritableHva())
        .isEqualTo(memory.hva(chain.thirdGpa() + chain.thirdBytes() - 1, 1));
  }

  private long gpa(Random random) {
    return data + random.nextInt(2048);
  }

  private static long length(Random random) {
    return 1L + random.nextInt(600);
  }

  /** Mostly the flags that lead to something. */
  private static int flags(Random random) {
    return switch (random.nextInt(8)) {
      case 0, 1, 2 -> NEXT;
      case 3, 4 -> NEXT | WRITE;
      case 5, 6 -> WRITE;
      default -> random.nextInt(8);
    };
  }
}
