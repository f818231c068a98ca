package io.vireo.memreg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class GuestMemoryTest {
  private static final long MIB = 1 << 20;

  private static GuestRegion region(long gpa, long bytes, long uva, long hva) {
    return GuestRegion.over(gpa, bytes, uva, hva);
  }

  /** A gap before a region (none: it is adjacent to the one below), and its size. */
  record Piece(int gap, int bytes) {}

  /**
   * Tables of 0 to 40 regions, so that the scan and the search are both taken; some of them end at
   * 2^64. The host side is laid out the other way round, so that no region's delta is another's.
   */
  @Provide
  Arbitrary<List<GuestRegion>> tables() {
    Arbitrary<Piece> piece =
        Combinators.combine(
                Arbitraries.of(0, 0, 1, 7, 4096), Arbitraries.integers().between(1, 10_000))
            .as(Piece::new);
    return Combinators.combine(
            piece.list().ofMaxSize(40), Arbitraries.of(0L, 0xa_0000L, 1L << 62, -1L))
        .as(GuestMemoryTest::lay);
  }

  private static List<GuestRegion> lay(List<Piece> pieces, long start) {
    long all = pieces.stream().mapToLong(p -> p.gap() + p.bytes()).sum();
    long gpa = start == -1 ? -all : start;
    long uva = 0x7f00_0000_0000L;
    long hva = 0x10_0000_0000L + 3 * all;
    List<GuestRegion> regions = new ArrayList<>();
    for (Piece p : pieces) {
      gpa += p.gap();
      hva -= p.bytes() + p.gap();
      uva += p.gap();
      regions.add(region(gpa, p.bytes(), uva, hva));
      gpa += p.bytes();
      uva += p.bytes();
    }
    return regions;
  }

  @Property
  void a_translation_is_what_brute_force_finds(
      @ForAll("tables") List<GuestRegion> regions, @ForAll("picks") List<Pick> picks) {
    Translator translator = GuestMemory.of(regions).translator();
    for (Pick pick : picks) { // several in a row: the last hit must not change any answer
      long gpa = pick.address(regions);
      assertThat(translator.hva(gpa, pick.bytes())).isEqualTo(model(regions, gpa, pick.bytes()));
      assertThat(translator.contiguous(gpa)).isEqualTo(modelContiguous(regions, gpa));
    }
  }

  @Property
  void a_table_is_the_same_in_whatever_order_its_regions_come(
      @ForAll("tables") List<GuestRegion> regions) {
    GuestMemory grown = GuestMemory.EMPTY;
    for (GuestRegion r : regions.reversed()) {
      grown = grown.plus(r);
    }
    assertThat(grown.regions()).isEqualTo(GuestMemory.of(regions).regions());
    for (GuestRegion r : regions) {
      grown = grown.minus(r.gpa(), r.bytes(), r.uva());
      assertThat(grown.regions()).doesNotContain(r);
      assertThat(grown.translator().hva(r.gpa(), 1)).isZero();
    }
    assertThat(grown.regions()).isEmpty();
  }

  /** An address near some region's start or end, or anywhere; and a length. */
  record Pick(int region, int around, boolean end, long anywhere, long bytes) {
    long address(List<GuestRegion> regions) {
      if (regions.isEmpty() || region < 0) {
        return anywhere;
      }
      GuestRegion r = regions.get(region % regions.size());
      return r.gpa() + around + (end ? r.bytes() : 0);
    }
  }

  @Provide
  Arbitrary<List<Pick>> picks() {
    Arbitrary<Long> bytes =
        Arbitraries.oneOf(
            Arbitraries.longs().between(0, 12_000),
            Arbitraries.of(0L, 1L, Long.MAX_VALUE, Long.MIN_VALUE, -1L, -4096L),
            Arbitraries.longs());
    return Combinators.combine(
            Arbitraries.integers().between(-1, 39),
            Arbitraries.integers().between(-3, 3),
            Arbitraries.of(true, false),
            Arbitraries.longs(),
            bytes)
        .as(Pick::new)
        .list()
        .ofMinSize(1)
        .ofMaxSize(10);
  }

  private static BigInteger unsigned(long value) {
    return new BigInteger(Long.toUnsignedString(value));
  }

  private static BigInteger end(GuestRegion r) {
    return unsigned(r.gpa()).add(unsigned(r.bytes()));
  }

  private static long model(List<GuestRegion> regions, long gpa, long bytes) {
    BigInteger from = unsigned(gpa);
    BigInteger to = from.add(unsigned(bytes));
    for (GuestRegion r : regions) {
      boolean starts = from.compareTo(unsigned(r.gpa())) >= 0 && from.compareTo(end(r)) < 0;
      if (starts && to.compareTo(end(r)) <= 0) {
        return from.subtract(unsigned(r.gpa())).longValueExact() + r.hva();
      }
    }
    return 0;
  }

  private static long modelContiguous(List<GuestRegion> regions, long gpa) {
    BigInteger from = unsigned(gpa);
    for (GuestRegion r : regions) {
      if (from.compareTo(unsigned(r.gpa())) >= 0 && from.compareTo(end(r)) < 0) {
        return end(r).subtract(from).longValueExact();
      }
    }
    return 0;
  }

  @Test
  void no_address_and_no_length_wraps_around_into_a_region() {
    GuestMemory memory =
        GuestMemory.of(
            List.of(
                region(0, MIB, 0x1000, 0x7000_0000L), region(-MIB, MIB, 0x100_0000, 0x6000_0000L)));
    Translator t = memory.translator();
    assertThat(t.hva(0, MIB)).isEqualTo(0x7000_0000L);
    assertThat(t.hva(-1, 1)).isEqualTo(0x6000_0000L + MIB - 1);
    assertThat(t.hva(-1, 2)).isZero(); // 2^64 - 1 and 0 are both there, but not one buffer
    assertThat(t.hva(0, -1)).isZero();
    assertThat(t.hva(4096, -4096)).isZero();
    assertThat(t.hva(4096, Long.MIN_VALUE)).isZero();
    assertThat(t.hva(MIB, -MIB)).isZero();
    assertThat(t.contiguous(-1)).isEqualTo(1);
  }

  @Test
  void no_bytes_hold_where_their_address_does() {
    Translator t = GuestMemory.of(List.of(region(0x1000, 0x1000, 0, 0x7000_0000L))).translator();
    assertThat(t.hva(0x1fff, 0)).isEqualTo(0x7000_0fffL);
    assertThat(t.hva(0x2000, 0)).isZero();
    assertThat(t.hva(0xfff, 0)).isZero();
  }

  @Test
  void a_buffer_over_two_adjacent_regions_is_taken_in_pieces() {
    Translator t =
        GuestMemory.of(
                List.of(
                    region(0x1000, 0x1000, 0x10_0000, 0x7000_0000L),
                    region(0x2000, 0x1000, 0x20_0000, 0x5000_0000L)))
            .translator();
    assertThat(t.hva(0x1800, 0x1000)).isZero();
    assertThat(t.contiguous(0x1800)).isEqualTo(0x800);
    assertThat(t.hva(0x1800, 0x800)).isEqualTo(0x7000_0800L);
    assertThat(t.hva(0x2000, 0x800)).isEqualTo(0x5000_0000L);
    assertThat(t.contiguous(0x3000)).isZero();
  }

  @Test
  void a_translator_forgets_the_last_hit_with_its_table() {
    Translator t = GuestMemory.of(List.of(region(0x1000, 0x1000, 0, 0x7000_0000L))).translator();
    assertThat(t.hva(0x1000, 16)).isEqualTo(0x7000_0000L);
    GuestMemory next = GuestMemory.of(List.of(region(0x1000, 0x1000, 0, 0x3000_0000L)));
    t.table(next);
    assertThat(t.table()).isSameAs(next);
    assertThat(t.hva(0x1000, 16)).isEqualTo(0x3000_0000L);
    t.table(GuestMemory.EMPTY);
    assertThat(t.hva(0x1000, 16)).isZero();
    assertThat(t.contiguous(0x1000)).isZero();
    assertThat(t.hva(0, 0)).isZero();
  }

  @Test
  void a_ring_lies_in_one_region_and_is_aligned_where_we_see_it() {
    long uva = 0x7f00_0000_1000L;
    GuestMemory memory =
        GuestMemory.of(
            List.of(
                region(0, 0x1000, uva, 0x7000_0000L),
                region(0x1000, 0x1000, uva + 0x1000, 0x5000_0000L),
                region(0x8000, 0x1000, 0x11, 0x3000_0000L)));
    assertThat(memory.ringHva(uva + 0x10, 0x100, 16)).isEqualTo(0x7000_0010L);
    assertThat(memory.ringHva(uva + 0x1000, 0x1000, 16)).isEqualTo(0x5000_0000L);
    assertThat(memory.ringHva(uva + 0xff0, 0x20, 16)).isZero();
    assertThat(memory.ringHva(uva + 8, 0x100, 16)).isZero();
    assertThat(memory.ringHva(uva + 8, 0x100, 4)).isEqualTo(0x7000_0008L);
    assertThat(memory.ringHva(uva + 1, 6, 2)).isZero();
    assertThat(memory.ringHva(uva - 1, 6, 2)).isZero();
    assertThat(memory.ringHva(uva, -1, 2)).isZero();
    assertThat(memory.ringHva(0, 1, 16)).isZero();
    assertThat(memory.ringHva(-1, 2, 1)).isZero();
    // An odd region: aligned for the front-end is not aligned for us, and ours is what loads need.
    assertThat(memory.ringHva(0x20, 16, 16)).isZero();
    assertThat(memory.ringHva(0x21, 16, 16)).isEqualTo(0x3000_0010L);
  }

  @Test
  void regions_that_overlap_in_either_space_are_refused_with_their_addresses() {
    GuestMemory one = GuestMemory.of(List.of(region(0x1000, 0x2000, 0x10_0000, 0x7000_0000L)));
    assertThatThrownBy(() -> one.plus(region(0x2fff, 0x1000, 0x50_0000, 0x6000_0000L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("region at gpa 0x2fff overlaps the one at 0x1000 with 0x2000 bytes");
    assertThatThrownBy(() -> one.plus(region(0x9000, 0x1000, 0xf_f001, 0x6000_0000L)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("region at uva 0x100000 overlaps the one at 0xff001 with 0x1000 bytes");
    assertThatThrownBy(() -> one.plus(region(0x1000, 0x2000, 0x50_0000, 0x6000_0000L)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThat(one.plus(region(0x3000, 0x1000, 0xf_f000, 0x6000_0000L)).regions()).hasSize(2);
  }

  @Test
  void regions_without_size_or_that_wrap_around_are_refused() {
    long[][] bad = {
      {0, 0, 0, 0x1000},
      {0, -1, 0, 0x1000},
      {-4096, 8192, 0, 0x1000},
      {0, 8192, -4096, 0x1000},
      {0, 8192, 0, 0},
      {0, 8192, 0, -4096},
      {0, 8192, 0, Long.MAX_VALUE - 4096},
    };
    for (long[] r : bad) {
      assertThatThrownBy(() -> region(r[0], r[1], r[2], r[3]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("region at ");
    }
    assertThat(region(-4096, 4096, -4096, 0x1000).bytes()).isEqualTo(4096);
  }

  @Test
  void a_region_is_removed_only_by_its_exact_addresses_and_size() {
    GuestMemory one = GuestMemory.of(List.of(region(0x1000, 0x2000, 0x10_0000, 0x7000_0000L)));
    long[][] others = {
      {0x1001, 0x2000, 0x10_0000}, {0x1000, 0x1fff, 0x10_0000}, {0x1000, 0x2000, 0x10_0001}
    };
    for (long[] o : others) {
      assertThatThrownBy(() -> one.minus(o[0], o[1], o[2]))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageStartingWith("no region at gpa 0x");
      assertThat(one.region(o[0], o[1], o[2])).isEmpty();
    }
    assertThat(one.region(0x1000, 0x2000, 0x10_0000)).contains(one.regions().getFirst());
    assertThat(one.minus(0x1000, 0x2000, 0x10_0000).regions()).isEmpty();
  }

  @Test
  void the_largest_table_of_the_protocol_is_searched_right() {
    List<GuestRegion> regions = new ArrayList<>();
    for (long i = 0; i < 509; i++) {
      regions.add(region(i * 3 * MIB, MIB, i * 3 * MIB, (i + 1) * MIB));
    }
    Translator t = GuestMemory.of(regions).translator();
    for (long i = 508; i >= 0; i--) {
      assertThat(t.hva(i * 3 * MIB + 1, MIB - 1)).isEqualTo((i + 1) * MIB + 1);
      assertThat(t.hva(i * 3 * MIB + MIB, 1)).isZero();
    }
  }
}
