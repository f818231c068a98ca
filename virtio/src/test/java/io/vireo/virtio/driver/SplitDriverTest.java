package io.vireo.virtio.driver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Mem;
import io.vireo.memreg.Translator;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.queue.AvailRing;
import io.vireo.virtio.queue.Descriptor;
import io.vireo.virtio.queue.DescriptorWalk;
import io.vireo.virtio.queue.RingAddresses;
import io.vireo.virtio.queue.SplitQueue;
import io.vireo.virtio.queue.UsedRing;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class SplitDriverTest {
  private static final int SIZE = 8;

  private final GuestRam ram = GuestRam.of(1 << 20);
  private final RingMemory place = new RingMemory(SIZE, 128);
  private final long base = ram.hva(ram.allocate(place.end()));
  private final long avail = base + place.avail();
  private final long used = base + place.used();
  private final SplitDriver driver = driver(VirtioFeatures.EVENT_IDX);

  private SplitDriver driver(long features) {
    place.clear(base);
    return new SplitDriver(place, features, base);
  }

  @AfterEach
  void close() {
    assertThat(ram.canariesIntact()).isTrue();
    ram.close();
  }

  private static int offer(SplitDriver driver) {
    driver.readable(GuestRam.GPA, 1);
    return driver.offer();
  }

  /** What a device would do. */
  private void use(int head, long bytes) {
    int idx = UsedRing.idx(used);
    UsedRing.entry(used, idx & (SIZE - 1), head, bytes);
    UsedRing.idx(used, idx + 1);
  }

  @Test
  void a_ring_is_laid_out_without_overlaps_and_aligned_2_7() {
    for (int size = 1; size <= SplitQueue.MAX_SIZE; size *= 2) {
      RingMemory ring = new RingMemory(size, 64);
      assertThat(ring.desc()).isEqualTo(64);
      assertThat(ring.avail()).isEqualTo(64 + 16L * size);
      assertThat(ring.used()).isGreaterThanOrEqualTo(ring.avail() + 6 + 2L * size);
      assertThat(ring.used() % 64).isZero();
      assertThat(ring.end()).isGreaterThanOrEqualTo(ring.used() + 6 + 8L * size);
    }
    assertThatThrownBy(() -> new RingMemory(3, 0)).hasMessageContaining("queue size 3");
    assertThatThrownBy(() -> new RingMemory(4, 32)).hasMessage("offset 32 is not a multiple of 64");
  }

  @Test
  void a_chain_is_linked_and_ends_without_next() {
    driver.readable(0x1000, 16);
    driver.writable(0x2000, 512);
    driver.writable(0x3000, 1);
    assertThat(driver.offer()).isZero();
    assertThat(driver.free()).isEqualTo(SIZE - 3);
    long desc = base + place.desc();
    long[] words = {
      Descriptor.secondWord(desc),
      Descriptor.secondWord(desc + 16),
      Descriptor.secondWord(desc + 32)
    };
    assertThat(Descriptor.addr(desc)).isEqualTo(0x1000);
    assertThat(Descriptor.flags(words[0])).isEqualTo(Descriptor.F_NEXT);
    assertThat(Descriptor.next(words[0])).isEqualTo(1);
    assertThat(Descriptor.flags(words[1])).isEqualTo(Descriptor.F_NEXT | Descriptor.F_WRITE);
    assertThat(Descriptor.next(words[1])).isEqualTo(2);
    assertThat(Descriptor.flags(words[2])).isEqualTo(Descriptor.F_WRITE);
  }

  @Test
  void what_is_offered_is_seen_when_it_is_published() {
    offer(driver);
    offer(driver);
    assertThat(AvailRing.idxAcquire(avail)).isZero();
    driver.publish();
    assertThat(AvailRing.idxAcquire(avail)).isEqualTo(2);
  }

  @Test
  void a_full_ring_takes_no_more_until_something_is_used() {
    for (int i = 0; i < SIZE; i++) {
      offer(driver);
    }
    assertThat(driver.free()).isZero();
    assertThatThrownBy(() -> driver.readable(0, 1))
        .hasMessage("no descriptor is free in a ring of 8");
    use(5, 0);
    assertThat(driver.reap()).isEqualTo(5);
    assertThat(driver.free()).isEqualTo(1);
    assertThat(offer(driver)).isEqualTo(5);
  }

  @Test
  void chains_come_back_in_any_order_with_their_lengths() {
    int first = offer(driver);
    int second = offer(driver);
    driver.publish();
    use(second, 0xffff_ffffL);
    use(first, 7);
    assertThat(driver.used()).isEqualTo(2);
    assertThat(driver.reap()).isEqualTo(second);
    assertThat(driver.reapedBytes()).isEqualTo(0xffff_ffffL);
    assertThat(driver.reap()).isEqualTo(first);
    assertThat(driver.reapedBytes()).isEqualTo(7);
    assertThat(driver.reap()).isEqualTo(-1);
  }

  @Test
  void a_device_that_returns_what_it_was_not_given_is_caught() {
    int head = offer(driver);
    use(head + 1, 0);
    assertThatThrownBy(driver::reap)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the device returned head 1 at used index 0, which it does not have");
    SplitDriver other = driver(0);
    use(-1, 0);
    assertThatThrownBy(other::reap).hasMessageContaining("head -1");
    SplitDriver twice = driver(0);
    use(offer(twice), 0);
    use(0, 0);
    assertThat(twice.reap()).isZero();
    assertThatThrownBy(twice::reap).hasMessageContaining("used index 1");
  }

  @Test
  void a_chain_needs_a_descriptor() {
    assertThatThrownBy(driver::offer).hasMessage("a chain needs a descriptor");
  }

  @Test
  void with_event_idx_a_kick_is_wanted_when_the_index_passes_the_devices_mark_2_7_13_4() {
    UsedRing.availEvent(used, SIZE, 1);
    offer(driver);
    assertThat(driver.publish()).isFalse();
    offer(driver);
    assertThat(driver.publish()).isTrue();
    offer(driver);
    assertThat(driver.publish()).isFalse();
    UsedRing.flags(used, UsedRing.F_NO_NOTIFY);
    UsedRing.availEvent(used, SIZE, 3);
    offer(driver);
    assertThat(driver.publish()).as("the flag is ignored, 2.7.10.1").isTrue();
  }

  @Test
  void without_event_idx_a_kick_is_wanted_unless_the_flag_is_set_2_7_10_1() {
    SplitDriver plain = driver(0);
    offer(plain);
    assertThat(plain.publish()).isTrue();
    UsedRing.flags(used, UsedRing.F_NO_NOTIFY);
    offer(plain);
    assertThat(plain.publish()).isFalse();
  }

  @Test
  void interrupts_are_asked_for_by_index_or_flag_2_7_7_1() {
    driver.startAt(65_535);
    driver.suppressInterrupts();
    assertThat(AvailRing.usedEvent(avail, SIZE)).isEqualTo(65_534);
    assertThat(AvailRing.flags(avail)).isZero();
    assertThat(driver.enableInterrupts()).isTrue();
    assertThat(AvailRing.usedEvent(avail, SIZE)).isEqualTo(65_535);
    use(offer(driver), 0);
    assertThat(driver.enableInterrupts()).as("something is there already").isFalse();
    SplitDriver plain = driver(0);
    plain.suppressInterrupts();
    assertThat(AvailRing.flags(avail)).isEqualTo(AvailRing.F_NO_INTERRUPT);
    assertThat(plain.enableInterrupts()).isTrue();
    assertThat(AvailRing.flags(avail)).isZero();
  }

  /** A buffer of a chain. */
  private record Buffer(long offset, int bytes, boolean writable) {}

  @Property(tries = 300)
  void a_device_reads_what_the_driver_built_whatever_its_shape(@ForAll Random random) {
    try (GuestRam memory = GuestRam.of(1 << 20)) {
      int size = 1 << (2 + random.nextInt(4));
      RingMemory ring = new RingMemory(size, 0);
      long ringGpa = memory.allocate(ring.end());
      long at = memory.hva(ringGpa);
      long table = memory.allocate(16 * 64);
      final long data = memory.allocate(1 << 16);
      int start = random.nextInt(0x10000);
      SplitDriver sender = new SplitDriver(ring, 0, at);
      sender.startAt(start);
      SplitQueue receiver =
          new SplitQueue(
              size,
              0,
              new RingAddresses(at + ring.desc(), at + ring.avail(), at + ring.used()),
              start);
      Translator translator = memory.table().translator();
      DescriptorWalk walk = new DescriptorWalk(receiver, translator, true, 64);
      Deque<Integer> inFlight = new ArrayDeque<>();
      for (int round = 0; round < 50; round++) {
        List<Buffer> buffers = buffers(random);
        int direct = random.nextInt(buffers.size() + 1);
        boolean indirect = direct < buffers.size();
        if (direct + (indirect ? 1 : 0) <= sender.free()) {
          build(sender, buffers, direct, memory.hva(table), table, data);
          int head = sender.offer();
          sender.publish();
          assertThat(receiver.head()).isEqualTo(head);
          receiver.consume();
          assertThat(walk.read(head)).isNull();
          check(walk, buffers, memory.hva(data));
          inFlight.add(head);
        } else if (!inFlight.isEmpty()) {
          int head = random.nextBoolean() ? inFlight.removeFirst() : inFlight.removeLast();
          receiver.push(head, round);
          receiver.publish();
          assertThat(sender.reap()).isEqualTo(head);
          assertThat(sender.reapedBytes()).isEqualTo(round);
        }
      }
    }
  }

  private static List<Buffer> buffers(Random random) {
    List<Buffer> buffers = new ArrayList<>();
    int count = 1 + random.nextInt(10);
    int readable = random.nextInt(count + 1);
    for (int i = 0; i < count; i++) {
      // Apart from each other, so that nothing is merged.
      buffers.add(new Buffer(1000L * i, 1 + random.nextInt(999), i >= readable));
    }
    return buffers;
  }

  private static void build(
      SplitDriver sender, List<Buffer> buffers, int direct, long table, long tableGpa, long data) {
    for (int i = 0; i < buffers.size(); i++) {
      if (i == direct) {
        sender.table(table, tableGpa);
      }
      Buffer buffer = buffers.get(i);
      if (buffer.writable()) {
        sender.writable(data + buffer.offset(), buffer.bytes());
      } else {
        sender.readable(data + buffer.offset(), buffer.bytes());
      }
    }
  }

  private static void check(DescriptorWalk walk, List<Buffer> buffers, long data) {
    assertThat(walk.pieces()).isEqualTo(buffers.size());
    for (int i = 0; i < buffers.size(); i++) {
      assertThat(walk.hva(i)).isEqualTo(data + buffers.get(i).offset());
      assertThat(walk.length(i)).isEqualTo(buffers.get(i).bytes());
      assertThat(i >= walk.readablePieces()).isEqualTo(buffers.get(i).writable());
    }
  }

  @Test
  void a_cleared_ring_is_all_zeroes_and_nothing_else_is() {
    Mem.fill(base, place.end() + 64, (byte) -1);
    place.clear(base);
    assertThat(Mem.getByte(base + place.offset() - 1)).isEqualTo((byte) -1);
    assertThat(Mem.getByte(base + place.offset())).isZero();
    assertThat(Mem.getByte(base + place.end() - 1)).isZero();
    assertThat(Mem.getByte(base + place.end())).isEqualTo((byte) -1);
  }
}
