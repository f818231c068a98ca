package io.vireo.virtio.queue;

import static io.vireo.virtio.VirtioNumbers.check;
import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.VirtioNumbers;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

/** The offsets of the ring's structures against a second description, and against the kernel's. */
class RingLayoutTest {
  private static final StructLayout DESC =
      MemoryLayout.structLayout(
          JAVA_LONG.withName("addr"),
          JAVA_INT.withName("len"),
          JAVA_SHORT.withName("flags"),
          JAVA_SHORT.withName("next"));

  private static final StructLayout USED_ELEM =
      MemoryLayout.structLayout(JAVA_INT.withName("id"), JAVA_INT.withName("len"));

  private static StructLayout avail(int size) {
    return MemoryLayout.structLayout(
        JAVA_SHORT.withName("flags"),
        JAVA_SHORT.withName("idx"),
        MemoryLayout.sequenceLayout(size, JAVA_SHORT).withName("ring"),
        JAVA_SHORT.withName("used_event"));
  }

  private static StructLayout used(int size) {
    return MemoryLayout.structLayout(
        JAVA_SHORT.withName("flags"),
        JAVA_SHORT.withName("idx"),
        MemoryLayout.sequenceLayout(size, USED_ELEM).withName("ring"),
        JAVA_SHORT.withName("avail_event"));
  }

  @Test
  void a_descriptor_2_7_5() {
    assertThat(Descriptor.BYTES)
        .isEqualTo((int) DESC.byteSize())
        .isEqualTo((int) VirtioNumbers.of("vring_desc"));
    check(Descriptor.ADDR, DESC, "vring_desc", "addr");
    check(Descriptor.LEN, DESC, "vring_desc", "len");
    check(Descriptor.FLAGS, DESC, "vring_desc", "flags");
    check(Descriptor.NEXT, DESC, "vring_desc", "next");
  }

  @Test
  void the_avail_ring_2_7_6() {
    check(AvailRing.FLAGS, avail(8), "vring_avail", "flags");
    check(AvailRing.IDX, avail(8), "vring_avail", "idx");
    check(AvailRing.RING, avail(8), "vring_avail", "ring");
  }

  @Test
  void the_used_ring_2_7_8() {
    check(UsedRing.FLAGS, used(8), "vring_used", "flags");
    check(UsedRing.IDX, used(8), "vring_used", "idx");
    check(UsedRing.RING, used(8), "vring_used", "ring");
    assertThat(UsedRing.ENTRY_BYTES)
        .isEqualTo((int) USED_ELEM.byteSize())
        .isEqualTo((int) VirtioNumbers.of("vring_used_elem"));
  }

  @Test
  void sizes_and_event_indexes_of_every_queue_size_2_7() {
    for (int size = 1; size <= SplitQueue.MAX_SIZE; size *= 2) {
      assertThat(AvailRing.bytes(size, false))
          .isEqualTo(avail(size).byteOffset(groupElement("used_event")))
          .isEqualTo(VirtioNumbers.of("avail.used_event[" + size + "]"));
      assertThat(AvailRing.bytes(size, true)).isEqualTo(6L + 2L * size);
      assertThat(UsedRing.bytes(size, false))
          .isEqualTo(used(size).byteOffset(groupElement("avail_event")))
          .isEqualTo(VirtioNumbers.of("used.avail_event[" + size + "]"));
      assertThat(UsedRing.bytes(size, true)).isEqualTo(6L + 8L * size);
    }
  }

  @Test
  void flags_and_features_have_the_kernels_values() {
    assertThat(Descriptor.F_NEXT).isEqualTo((int) VirtioNumbers.of("VRING_DESC_F_NEXT"));
    assertThat(Descriptor.F_WRITE).isEqualTo((int) VirtioNumbers.of("VRING_DESC_F_WRITE"));
    assertThat(Descriptor.F_INDIRECT).isEqualTo((int) VirtioNumbers.of("VRING_DESC_F_INDIRECT"));
    assertThat(AvailRing.F_NO_INTERRUPT)
        .isEqualTo((int) VirtioNumbers.of("VRING_AVAIL_F_NO_INTERRUPT"));
    assertThat(UsedRing.F_NO_NOTIFY).isEqualTo((int) VirtioNumbers.of("VRING_USED_F_NO_NOTIFY"));
    assertThat(VirtioFeatures.ANY_LAYOUT).isEqualTo(1L << VirtioNumbers.of("VIRTIO_F_ANY_LAYOUT"));
    assertThat(VirtioFeatures.INDIRECT_DESC)
        .isEqualTo(1L << VirtioNumbers.of("VIRTIO_RING_F_INDIRECT_DESC"));
    assertThat(VirtioFeatures.EVENT_IDX)
        .isEqualTo(1L << VirtioNumbers.of("VIRTIO_RING_F_EVENT_IDX"));
    assertThat(VirtioFeatures.VERSION_1).isEqualTo(1L << VirtioNumbers.of("VIRTIO_F_VERSION_1"));
  }

  @Property
  void a_descriptor_is_what_was_put(
      @ForAll long gpa,
      @ForAll @LongRange(max = 0xffff_ffffL) long len,
      @ForAll @IntRange(max = 0xffff) int flags,
      @ForAll @IntRange(max = 0xffff) int next) {
    try (Arena arena = Arena.ofConfined()) {
      long at = arena.allocate(DESC).address();
      Descriptor.put(at, gpa, len, flags, next);
      assertThat(Mem.getLong(at)).isEqualTo(gpa);
      assertThat(Mem.getInt(at + 8)).isEqualTo((int) len);
      assertThat(Mem.getShort(at + 12)).isEqualTo((short) flags);
      assertThat(Mem.getShort(at + 14)).isEqualTo((short) next);
      long word = Descriptor.secondWord(at);
      assertThat(Descriptor.addr(at)).isEqualTo(gpa);
      assertThat(Descriptor.len(word)).isEqualTo(len);
      assertThat(Descriptor.flags(word)).isEqualTo(flags);
      assertThat(Descriptor.next(word)).isEqualTo(next);
    }
  }

  @Property
  void a_used_entry_is_what_was_put(
      @ForAll @IntRange(max = 0xffff) int id,
      @ForAll @LongRange(max = 0xffff_ffffL) long len,
      @ForAll @IntRange(max = 7) int slot) {
    try (Arena arena = Arena.ofConfined()) {
      long ring = arena.allocate(used(8)).address();
      UsedRing.entry(ring, slot, id, len);
      assertThat(Mem.getInt(ring + 4 + 8L * slot)).isEqualTo(id);
      assertThat(Mem.getInt(ring + 8 + 8L * slot)).isEqualTo((int) len);
      long entry = UsedRing.entry(ring, slot);
      assertThat(UsedRing.id(entry)).isEqualTo(id);
      assertThat(UsedRing.len(entry)).isEqualTo(len);
    }
  }
}
