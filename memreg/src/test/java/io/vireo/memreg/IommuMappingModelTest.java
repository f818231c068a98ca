package io.vireo.memreg;

import static io.vireo.memreg.IommuMapping.UNMAPPED;
import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.vfio.IovaRange;
import io.vireo.memreg.MemoryRegistry.Region;
import io.vireo.memreg.RecordingMapper.Piece;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What an IOMMU has mapped is what is registered, whatever is done and whichever call fails. */
class IommuMappingModelTest {
  private static final long PAGE = 4096;
  private static final long HIGH = 0x7f00_0000_0000L;
  private static final List<IovaRange> FEW =
      List.of(new IovaRange(0x3000, 0x4fff_ffff), new IovaRange(0x5010_0000, 0xffff_ffffL));

  /**
   * @param place in units of 256 MiB and some pages
   * @param failsAt which call of map fails, if it comes to so many
   * @param ranges what devices reach from then on, if the kernel allows it; null: as before
   */
  record Step(
      boolean register, boolean low, int place, long bytes, int failsAt, List<IovaRange> ranges) {
    long hva() {
      return (low ? 0x1000_0000L : HIGH) + place * 0x1000_0000L + place % 3 * (5 * PAGE);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<Long> bytes =
        Arbitraries.oneOf(
            Arbitraries.longs().between(1, 600).map(pages -> pages * PAGE),
            Arbitraries.longs().between(1, 1200).map(entries -> entries * ENTRY_BYTES),
            Arbitraries.longs().between(1, 1_000_000).map(pages -> pages * PAGE));
    return Combinators.combine(
            Arbitraries.of(true, true, false),
            Arbitraries.of(true, false),
            Arbitraries.integers().between(0, 30),
            bytes,
            Arbitraries.integers().between(0, 8),
            ranges().injectNull(0.8))
        .as(Step::new)
        .list()
        .ofMaxSize(30);
  }

  @Provide
  Arbitrary<List<IovaRange>> ranges() {
    return Arbitraries.of(RecordingMapper.BITS_48, RecordingMapper.BITS_39, FEW);
  }

  @Property
  void the_iommu_has_mapped_what_is_registered_and_nothing_else(
      @ForAll("steps") List<Step> steps, @ForAll("ranges") List<IovaRange> ranges) {
    MemoryRegistry registry = new MemoryRegistry();
    RecordingMapper iommu = new RecordingMapper(ranges);
    IommuMapping mapping = new IommuMapping(iommu);
    registry.subscribe(mapping);
    for (Step step : steps) {
      if (step.ranges() != null) {
        iommu.changeRanges(step.ranges());
      }
      int[] calls = {0};
      iommu.refuseHva(hva -> calls[0]++ == step.failsAt());
      List<Region> before = registry.regions();
      try {
        if (step.register()) {
          registry.register(step.hva(), step.bytes());
        } else if (!before.isEmpty()) {
          Region gone = before.get(step.place() % before.size());
          registry.unregister(gone.hva(), gone.bytes());
          assertUnmapped(mapping, gone);
        }
      } catch (ErrnoException refused) { // overlaps, no room, or the call that fails
        assertThat(registry.regions()).isEqualTo(before);
      }
      assertMapped(registry, iommu, mapping);
    }
    for (Region region : registry.regions()) {
      registry.unregister(region.hva(), region.bytes());
    }
    assertThat(iommu.pieces()).isEmpty();
    assertAllRoomIsFree(registry, iommu, mapping, iommu.iovaRanges().getFirst());
  }

  private static void assertMapped(
      MemoryRegistry registry, RecordingMapper iommu, IommuMapping mapping) {
    long mapped = iommu.pieces().stream().mapToLong(Piece::bytes).sum();
    assertThat(mapped).isEqualTo(registry.regions().stream().mapToLong(Region::bytes).sum());
    for (Region region : registry.regions()) {
      for (long at = region.hva(); at < region.end(); at += 37 * ENTRY_BYTES + 3 * PAGE) {
        assertThat(iommu.hva(mapping.iovas().translate(at))).isEqualTo(at);
      }
      long last = region.end() - 1;
      assertThat(iommu.hva(mapping.iovas().translate(last))).isEqualTo(last);
      assertThat((mapping.iovas().translate(last) ^ last) & (ENTRY_BYTES - 1)).isZero();
    }
  }

  private static void assertUnmapped(IommuMapping mapping, Region gone) {
    assertThat(mapping.iovas().translate(gone.hva())).isEqualTo(UNMAPPED);
    assertThat(mapping.iovas().translate(gone.end() - 1)).isEqualTo(UNMAPPED);
  }

  private static void assertAllRoomIsFree(
      MemoryRegistry registry, RecordingMapper iommu, IommuMapping mapping, IovaRange range) {
    iommu.refuseHva(hva -> false);
    long first = Math.max(ENTRY_BYTES, Aligned.up(range.first(), ENTRY_BYTES));
    registry.register(HIGH, ((range.last() + 1) & -ENTRY_BYTES) - first);
    assertThat(mapping.iovas().translate(HIGH)).isIn(first, HIGH);
  }
}
