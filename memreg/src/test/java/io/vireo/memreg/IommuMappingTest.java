package io.vireo.memreg;

import static io.vireo.memreg.IommuMapping.PIECE_BYTES;
import static io.vireo.memreg.IommuMapping.UNMAPPED;
import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.vfio.IovaRange;
import io.vireo.memreg.RecordingMapper.Piece;
import java.util.List;
import org.junit.jupiter.api.Test;

class IommuMappingTest {
  private static final long BASE = 0x7f12_4000_0000L; // a multiple of 1 GiB
  private static final long PAGE = 4096;

  private final MemoryRegistry registry = new MemoryRegistry();
  private final RecordingMapper iommu = new RecordingMapper(RecordingMapper.BITS_48);
  private final IommuMapping mapping = new IommuMapping(iommu);

  private long iova(long hva) {
    return mapping.iovas().translate(hva);
  }

  @Test
  void devices_see_memory_where_the_host_does_if_the_ranges_allow_it() {
    registry.register(BASE, 3 * ENTRY_BYTES);
    registry.subscribe(mapping);
    assertThat(iommu.pieces()).containsExactly(new Piece(BASE, BASE, 3 * ENTRY_BYTES));
    assertThat(iova(BASE + 12345)).isEqualTo(BASE + 12345);
    registry.register(BASE + 8 * ENTRY_BYTES, PAGE);
    assertThat(iova(BASE + 8 * ENTRY_BYTES)).isEqualTo(BASE + 8 * ENTRY_BYTES);
    registry.unsubscribe(mapping);
    assertThat(iommu.pieces()).isEmpty();
    assertThat(iova(BASE)).isEqualTo(UNMAPPED);
  }

  @Test
  void exactly_the_registered_pages_are_mapped() {
    registry.subscribe(mapping);
    registry.register(BASE + 5 * PAGE, ENTRY_BYTES);
    assertThat(iommu.pieces())
        .containsExactly(new Piece(BASE + 5 * PAGE, BASE + 5 * PAGE, ENTRY_BYTES));
  }

  /** Whoever asks for bytes that the region does not have meets a fault and nobody's memory. */
  @Test
  void what_else_lies_in_a_regions_entries_is_nobodys() {
    RecordingMapper small = new RecordingMapper(RecordingMapper.BITS_39);
    IommuMapping elsewhere = new IommuMapping(small);
    registry.subscribe(elsewhere);
    registry.register(BASE + PAGE, 2 * PAGE);
    registry.register(BASE + ENTRY_BYTES, PAGE);
    registry.register(BASE + 9 * ENTRY_BYTES + PAGE, PAGE);
    for (long hva = BASE; hva < BASE + 10 * ENTRY_BYTES; hva += PAGE) {
      long iova = elsewhere.iovas().translate(hva);
      if (registry.isRegistered(hva, PAGE)) {
        assertThat(small.hva(iova)).isEqualTo(hva);
      } else if (iova != UNMAPPED) {
        assertThat(small.hva(iova)).isEqualTo(-1);
      }
    }
  }

  @Test
  void a_large_region_is_mapped_in_pieces_that_end_at_whole_gibibytes() {
    registry.subscribe(mapping);
    long start = BASE + PIECE_BYTES - 3 * PAGE;
    registry.register(start, 2 * PIECE_BYTES);
    assertThat(iommu.pieces())
        .containsExactly(
            new Piece(start, start, 3 * PAGE),
            new Piece(BASE + PIECE_BYTES, BASE + PIECE_BYTES, PIECE_BYTES),
            new Piece(BASE + 2 * PIECE_BYTES, BASE + 2 * PIECE_BYTES, PIECE_BYTES - 3 * PAGE));
    assertThat(mapping.iovas().run(start, 4 * PIECE_BYTES))
        .as("for the device too it is one")
        .isGreaterThanOrEqualTo(2 * PIECE_BYTES);
    registry.unregister(start, 2 * PIECE_BYTES);
    assertThat(iommu.pieces()).isEmpty();
  }

  @Test
  void with_fewer_address_bits_memory_gets_the_lowest_free_addresses_but_never_zero() {
    RecordingMapper small = new RecordingMapper(RecordingMapper.BITS_39);
    IommuMapping elsewhere = new IommuMapping(small);
    registry.subscribe(elsewhere);
    registry.register(BASE + PAGE, 4 * PAGE);
    registry.register(BASE + ENTRY_BYTES, ENTRY_BYTES);
    assertThat(small.pieces())
        .containsExactly(
            new Piece(BASE + PAGE, ENTRY_BYTES + PAGE, 4 * PAGE),
            new Piece(BASE + ENTRY_BYTES, 2 * ENTRY_BYTES, ENTRY_BYTES));
    registry.unregister(BASE + PAGE, 4 * PAGE);
    registry.register(BASE + 7 * ENTRY_BYTES, ENTRY_BYTES);
    assertThat(elsewhere.iovas().translate(BASE + 7 * ENTRY_BYTES)).isEqualTo(ENTRY_BYTES);
    assertThat(elsewhere.iovas().translate(BASE + PAGE)).isEqualTo(UNMAPPED);
  }

  /** Intel 64 Architecture, volume 3, 11.11: a write there is an interrupt. */
  @Test
  void no_entry_touches_where_interrupts_are_written_to() {
    List<IovaRange> around =
        List.of(new IovaRange(0, 0xfedf_ffffL), new IovaRange(0xfef0_0000L, 0x1_ffff_ffffL));
    RecordingMapper small = new RecordingMapper(around);
    registry.subscribe(new IommuMapping(small));
    for (int gib = 0; gib < 6; gib++) {
      registry.register(BASE + gib * PIECE_BYTES, PIECE_BYTES - ENTRY_BYTES);
    }
    assertThat(small.pieces()).hasSize(6);
    for (Piece piece : small.pieces()) {
      long end = Aligned.up(piece.iova() + piece.bytes(), ENTRY_BYTES);
      assertThat(end <= 0xfee0_0000L || piece.iova() >= 0xff00_0000L).isTrue();
    }
  }

  @Test
  void an_address_that_another_region_got_is_not_taken_again() {
    RecordingMapper small = new RecordingMapper(RecordingMapper.BITS_39);
    IommuMapping both = new IommuMapping(small);
    registry.subscribe(both);
    registry.register(BASE, ENTRY_BYTES); // gets 2 MiB
    registry.register(ENTRY_BYTES, ENTRY_BYTES); // lies at 2 MiB
    assertThat(both.iovas().translate(BASE)).isEqualTo(ENTRY_BYTES);
    assertThat(both.iovas().translate(ENTRY_BYTES)).isEqualTo(2 * ENTRY_BYTES);
  }

  @Test
  void no_room_is_told_with_what_to_do() {
    RecordingMapper tiny = new RecordingMapper(List.of(new IovaRange(0, 4 * ENTRY_BYTES - 1)));
    IommuMapping elsewhere = new IommuMapping(tiny);
    registry.subscribe(elsewhere);
    registry.register(BASE, ENTRY_BYTES);
    assertThatThrownBy(() -> registry.register(BASE + PIECE_BYTES, 3 * ENTRY_BYTES))
        .isInstanceOf(ErrnoException.class)
        .hasMessage(
            "map for DMA of 0x600000 bytes at 0x%x: No space left on device (ENOSPC); the IOMMU has"
                    .formatted(BASE + PIECE_BYTES)
                + " 4194304 bytes free, 4194304 of them in one piece, within [0x0-0x7fffff]; give"
                + " guests less memory, or take an IOMMU with more address bits (QEMU:"
                + " intel-iommu,aw-bits=48)");
    assertThat(registry.regions()).hasSize(1);
    registry.register(BASE + PIECE_BYTES, 2 * ENTRY_BYTES);
  }

  @Test
  void an_iommu_without_ranges_that_it_tells_gets_addresses_below_256_tebibytes() {
    IommuMapping any = new IommuMapping(new RecordingMapper(List.of(new IovaRange(0, -1))));
    registry.subscribe(any);
    registry.register(BASE, PAGE);
    assertThat(any.iovas().translate(BASE)).isEqualTo(BASE);
  }

  /** The kernel rules addresses out when a group joins, and allows them again when it leaves. */
  @Test
  void what_another_group_does_not_reach_is_not_taken_while_it_is_there() {
    registry.subscribe(mapping);
    registry.register(2 * PIECE_BYTES, PIECE_BYTES); // where both reach
    assertThat(iommu.changeRanges(RecordingMapper.BITS_39)).isTrue();
    registry.register(BASE, ENTRY_BYTES);
    assertThat(iova(BASE)).isEqualTo(ENTRY_BYTES);
    assertThat(iova(2 * PIECE_BYTES)).isEqualTo(2 * PIECE_BYTES);
    assertThat(iommu.changeRanges(RecordingMapper.BITS_48)).isTrue();
    registry.register(BASE + PIECE_BYTES, ENTRY_BYTES);
    assertThat(iova(BASE + PIECE_BYTES)).isEqualTo(BASE + PIECE_BYTES);
    assertThat(iommu.changeRanges(RecordingMapper.BITS_39)).as("the kernel refuses it").isFalse();
  }

  @Test
  void what_is_given_back_is_taken_again_only_where_it_is_still_allowed() {
    registry.subscribe(mapping);
    long hva = 8 * ENTRY_BYTES;
    registry.register(hva + PAGE, PAGE);
    // Of its entry only the first half is allowed from now on, and nothing beside it.
    iommu.changeRanges(List.of(new IovaRange(hva, hva + ENTRY_BYTES / 2 - 1)));
    registry.unregister(hva + PAGE, PAGE);
    assertThatThrownBy(() -> registry.register(hva + PAGE, PAGE))
        .hasMessageContaining("ENOSPC")
        .hasMessageContaining("the IOMMU has 0 bytes free");
    iommu.changeRanges(RecordingMapper.BITS_48);
    registry.register(hva + PAGE, PAGE);
    assertThat(iova(hva + PAGE)).isEqualTo(hva + PAGE);
  }

  @Test
  void when_a_later_piece_fails_nothing_is_left() {
    registry.subscribe(mapping);
    for (int failing = 0; failing < 3; failing++) {
      long refused = BASE + failing * PIECE_BYTES;
      iommu.refuseHva(hva -> hva == refused);
      assertThatThrownBy(() -> registry.register(BASE, 3 * PIECE_BYTES))
          .hasMessageContaining("ENOMEM");
      assertThat(iommu.pieces()).isEmpty();
      assertThat(registry.regions()).isEmpty();
      assertThat(iova(BASE)).isEqualTo(UNMAPPED);
    }
    iommu.refuseHva(hva -> false);
    registry.register(BASE, 3 * PIECE_BYTES);
    assertThat(iova(BASE)).as("its addresses were given back").isEqualTo(BASE);
  }

  @Test
  void addresses_that_could_not_be_unmapped_are_not_used_again() {
    registry.subscribe(mapping);
    registry.register(BASE, 2 * PIECE_BYTES);
    iommu.stickIova(iova -> iova == BASE);
    assertThatThrownBy(() -> registry.unregister(BASE, 2 * PIECE_BYTES))
        .hasMessageContaining("EBUSY");
    assertThat(iommu.pieces()).containsExactly(new Piece(BASE, BASE, PIECE_BYTES));
    assertThat(iova(BASE)).isEqualTo(UNMAPPED);
    iommu.stickIova(iova -> false);
    registry.register(BASE, ENTRY_BYTES);
    assertThat(iova(BASE)).isNotIn(BASE, UNMAPPED);
    assertThat(iommu.hva(iova(BASE))).isEqualTo(BASE);
    registry.unregister(BASE, ENTRY_BYTES);
  }

  @Test
  void entries_are_gone_before_the_pages_are() {
    registry.subscribe(mapping);
    registry.register(BASE, PAGE);
    iommu.stickIova(
        iova -> {
          assertThat(iova(BASE)).isEqualTo(UNMAPPED);
          return false;
        });
    registry.unregister(BASE, PAGE);
    assertThat(iommu.pieces()).isEmpty();
  }
}
