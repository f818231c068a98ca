package io.vireo.memreg;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/**
 * What a guest may name: its memory regions, none of which overlaps another in guest-physical or
 * front-end virtual addresses. Immutable; a change of the table makes a new one, which is handed to
 * the queues by message.
 *
 * <p>This is the one place where a guest address becomes a host address (vhost-user, "Memory
 * regions description"). Descriptors name guest-physical addresses: each queue has its own {@link
 * Translator}. Ring addresses are front-end virtual: {@link #ringHva}. Holds no reference to the
 * mappings: who builds a table closes them when nobody uses it any more.
 */
public final class GuestMemory {
  /** No region at all: every address is unknown. */
  public static final GuestMemory EMPTY = new GuestMemory(List.of());

  private static final Comparator<GuestRegion> BY_GPA = unsigned(GuestRegion::gpa);
  private static final Comparator<GuestRegion> BY_UVA = unsigned(GuestRegion::uva);

  private final List<GuestRegion> regions; // in the order of gpa

  // The same for the translators, region by region. Never written after construction.
  final long[] gpas;
  final long[] sizes;
  final long[] deltas; // hva - gpa

  private GuestMemory(List<GuestRegion> regions) {
    this.regions = regions;
    this.gpas = regions.stream().mapToLong(GuestRegion::gpa).toArray();
    this.sizes = regions.stream().mapToLong(GuestRegion::bytes).toArray();
    this.deltas = regions.stream().mapToLong(r -> r.hva() - r.gpa()).toArray();
  }

  /**
   * A table of these regions, in any order.
   *
   * @throws IllegalArgumentException if two of them overlap, in one sentence
   */
  public static GuestMemory of(List<GuestRegion> regions) {
    checkApart("uva", GuestRegion::uva, regions.stream().sorted(BY_UVA).toList());
    List<GuestRegion> byGpa = regions.stream().sorted(BY_GPA).toList();
    checkApart("gpa", GuestRegion::gpa, byGpa);
    return new GuestMemory(byGpa);
  }

  /** This table and one region more, under the rules of {@link #of} (ADD_MEM_REG). */
  public GuestMemory plus(GuestRegion region) {
    List<GuestRegion> more = new ArrayList<>(regions);
    more.add(region);
    return of(more);
  }

  /**
   * This table without one region, which is named by address and size (REM_MEM_REG).
   *
   * @throws IllegalArgumentException if there is no such region
   */
  public GuestMemory minus(long gpa, long bytes, long uva) {
    GuestRegion gone =
        region(gpa, bytes, uva)
            .orElseThrow(
                () ->
                    new IllegalArgumentException(
                        "no region at gpa 0x%x, uva 0x%x with 0x%x bytes"
                            .formatted(gpa, uva, bytes)));
    return new GuestMemory(regions.stream().filter(r -> !r.equals(gone)).toList());
  }

  /** The region with exactly these addresses and this size. */
  public Optional<GuestRegion> region(long gpa, long bytes, long uva) {
    return regions.stream()
        .filter(r -> r.gpa() == gpa && r.bytes() == bytes && r.uva() == uva)
        .findFirst();
  }

  /** All regions in the order of their guest-physical addresses. */
  public List<GuestRegion> regions() {
    return regions;
  }

  /** A new translator of guest-physical addresses, for one queue. */
  public Translator translator() {
    return new Translator(this);
  }

  /**
   * The host address of a part of a ring, or 0 if it does not lie in one region or if its host
   * address is no multiple of {@code alignment} (virtio 1.2, 2.7: 16, 2 and 4 for the descriptor
   * table, the avail ring and the used ring).
   *
   * @param uva front-end virtual address
   * @param alignment a power of two
   */
  public long ringHva(long uva, long bytes, int alignment) {
    for (GuestRegion r : regions) {
      long offset = uva - r.uva();
      if (holds(offset, bytes, r.bytes())) {
        long hva = r.hva() + offset;
        return (hva & (alignment - 1)) == 0 ? hva : 0;
      }
    }
    return 0;
  }

  /**
   * Whether {@code bytes} from {@code offset} on lie in a region of {@code size}. All unsigned, so
   * that no choice of the guest's can wrap around.
   */
  static boolean holds(long offset, long bytes, long size) {
    return Long.compareUnsigned(offset, size) < 0
        && Long.compareUnsigned(bytes, size - offset) <= 0;
  }

  private static void checkApart(
      String space, ToLongFunction<GuestRegion> start, List<GuestRegion> sorted) {
    for (int i = 1; i < sorted.size(); i++) {
      long lower = start.applyAsLong(sorted.get(i - 1));
      long upper = start.applyAsLong(sorted.get(i));
      if (Long.compareUnsigned(upper - lower, sorted.get(i - 1).bytes()) < 0) {
        throw new IllegalArgumentException(
            "region at %s 0x%x overlaps the one at 0x%x with 0x%x bytes"
                .formatted(space, upper, lower, sorted.get(i - 1).bytes()));
      }
    }
  }

  private static Comparator<GuestRegion> unsigned(ToLongFunction<GuestRegion> key) {
    return (a, b) -> Long.compareUnsigned(key.applyAsLong(a), key.applyAsLong(b));
  }
}
