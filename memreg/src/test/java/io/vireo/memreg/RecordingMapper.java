package io.vireo.memreg;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.vfio.DmaMapper;
import io.vireo.linux.vfio.IovaRange;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongPredicate;

/** An IOMMU that keeps what it was told, and refuses what a real one refuses. */
public final class RecordingMapper implements DmaMapper {
  /** 48 address bits, but for where interrupts are written to. */
  public static final List<IovaRange> BITS_48 =
      List.of(new IovaRange(0, 0xfedf_ffffL), new IovaRange(0xfef0_0000L, 0xffff_ffff_ffffL));

  /** 39 address bits, as older client machines have. */
  public static final List<IovaRange> BITS_39 =
      List.of(new IovaRange(0, 0xfedf_ffffL), new IovaRange(0xfef0_0000L, 0x7f_ffff_ffffL));

  private static final long GRANULE = 4096;

  /** One call of map. */
  public record Piece(long hva, long iova, long bytes) {}

  private List<IovaRange> ranges;
  private final TreeMap<Long, Piece> pieces = new TreeMap<>(); // by iova
  private LongPredicate refusedHva = hva -> false;
  private LongPredicate stuckIova = iova -> false;

  public RecordingMapper(List<IovaRange> ranges) {
    this.ranges = List.copyOf(ranges);
  }

  /**
   * A group of devices has joined or left. False, and nothing has changed, when something is mapped
   * where they do not reach: the kernel refuses such a group.
   */
  public boolean changeRanges(List<IovaRange> now) {
    boolean possible =
        pieces.values().stream()
            .allMatch(p -> now.stream().anyMatch(r -> r.contains(p.iova(), p.bytes())));
    ranges = possible ? List.copyOf(now) : ranges;
    return possible;
  }

  /** Fails to map what begins at such addresses. */
  public void refuseHva(LongPredicate which) {
    refusedHva = which;
  }

  /** Fails to unmap what begins at such addresses. */
  public void stickIova(LongPredicate which) {
    stuckIova = which;
  }

  /** All that is mapped, by the device's address. */
  public List<Piece> pieces() {
    return List.copyOf(pieces.values());
  }

  /** What the device reaches there; -1 when that is a fault. */
  public long hva(long iova) {
    Map.Entry<Long, Piece> below = pieces.floorEntry(iova);
    return below == null || iova - below.getKey() >= below.getValue().bytes()
        ? -1
        : below.getValue().hva() + (iova - below.getKey());
  }

  @Override
  public List<IovaRange> iovaRanges() {
    return ranges;
  }

  @Override
  public long granuleBytes() {
    return GRANULE;
  }

  @Override
  public void map(long hva, long iova, long bytes) {
    if (((hva | iova | bytes) & (GRANULE - 1)) != 0
        || ranges.stream().noneMatch(r -> r.contains(iova, bytes))) {
      throw new ErrnoException("ioctl", Errno.EINVAL, "map 0x%x".formatted(iova));
    }
    Map.Entry<Long, Piece> below = pieces.lowerEntry(iova + bytes);
    if (below != null && below.getKey() + below.getValue().bytes() > iova) {
      throw new ErrnoException("ioctl", Errno.EEXIST, "map 0x%x".formatted(iova));
    }
    if (refusedHva.test(hva)) {
      throw new ErrnoException("ioctl", Errno.ENOMEM, "map 0x%x".formatted(iova));
    }
    pieces.put(iova, new Piece(hva, iova, bytes));
  }

  @Override
  public void unmap(long iova, long bytes) {
    Piece piece = pieces.get(iova);
    if (piece == null || piece.bytes() != bytes) {
      throw new IllegalStateException("0x%x is not mapped as a whole".formatted(iova));
    }
    if (stuckIova.test(iova)) {
      throw new ErrnoException("ioctl", Errno.EBUSY, "unmap 0x%x".formatted(iova));
    }
    pieces.remove(iova);
  }
}
