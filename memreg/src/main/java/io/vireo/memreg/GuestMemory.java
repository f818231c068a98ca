package io.vireo.memreg;

import java.util.ArrayList;
import java.util.Collections;
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
  public static final GuestMemory EMPTY = new GuestMemory(List.of(), List.of());

  private final List<GuestRegion> byGpa;
  private final List<GuestRegion> byUva;

  // In the order of gpa, for the translators. Never written after construction.
  final long[] gpas;
  final long[] sizes;
  final long[] deltas; // hva - gpa

  private GuestMemory(List<GuestRegion> byGpa, List<GuestRegion> byUva) {
    this.byGpa = byGpa;
    this.byUva = byUva;
    gpas = new long[byGpa.size()];
    sizes = new long[gpas.length];
    deltas = new long[gpas.length];
    for (int i = 0; i < gpas.length; i++) {
      GuestRegion region = byGpa.get(i);
      gpas[i] = region.gpa();
      sizes[i] = region.bytes();
      deltas[i] = region.hva() - region.gpa();
    }
  }

  /**
   * A table of these regions, in any order.
   *
   * @throws IllegalArgumentException if two of them overlap, in one sentence
   */
  public static GuestMemory of(List<GuestRegion> regions) {
    GuestMemory table = EMPTY;
    for (GuestRegion region : regions) {
      table = table.plus(region);
    }
    return table;
  }

  /**
   * This table and one region more, under the rules of {@link #of} (ADD_MEM_REG). A guest comes
   * with hundreds of regions, one by one.
   */
  public GuestMemory plus(GuestRegion region) {
    List<GuestRegion> uvas = with(region, byUva, "uva", GuestRegion::uva);
    return new GuestMemory(with(region, byGpa, "gpa", GuestRegion::gpa), uvas);
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
    return new GuestMemory(without(gone, byGpa), without(gone, byUva));
  }

  /** The region with exactly these addresses and this size. */
  public Optional<GuestRegion> region(long gpa, long bytes, long uva) {
    return byGpa.stream()
        .filter(r -> r.gpa() == gpa && r.bytes() == bytes && r.uva() == uva)
        .findFirst();
  }

  /** All regions in the order of their guest-physical addresses. */
  public List<GuestRegion> regions() {
    return byGpa;
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
    for (GuestRegion r : byGpa) {
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

  /** A sorted list and one more, where it belongs; its neighbours there must be apart from it. */
  private static List<GuestRegion> with(
      GuestRegion region,
      List<GuestRegion> sorted,
      String space,
      ToLongFunction<GuestRegion> start) {
    int at = sorted.size();
    while (at > 0 && isBelow(region, sorted.get(at - 1), start)) {
      at--;
    }
    if (at > 0) {
      checkApart(sorted.get(at - 1), region, space, start);
    }
    if (at < sorted.size()) {
      checkApart(region, sorted.get(at), space, start);
    }
    List<GuestRegion> more = new ArrayList<>(sorted.size() + 1);
    more.addAll(sorted);
    more.add(at, region);
    return Collections.unmodifiableList(more);
  }

  private static boolean isBelow(GuestRegion a, GuestRegion b, ToLongFunction<GuestRegion> start) {
    return Long.compareUnsigned(start.applyAsLong(a), start.applyAsLong(b)) < 0;
  }

  private static void checkApart(
      GuestRegion lower, GuestRegion upper, String space, ToLongFunction<GuestRegion> start) {
    long from = start.applyAsLong(lower);
    long to = start.applyAsLong(upper);
    if (Long.compareUnsigned(to - from, lower.bytes()) < 0) {
      throw new IllegalArgumentException(
          "region at %s 0x%x overlaps the one at 0x%x with 0x%x bytes"
              .formatted(space, to, from, lower.bytes()));
    }
  }

  private static List<GuestRegion> without(GuestRegion gone, List<GuestRegion> sorted) {
    return sorted.stream().filter(r -> !r.equals(gone)).toList();
  }
}
