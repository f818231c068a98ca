package io.vireo.linux.vfio;

import static io.vireo.linux.ErrnoException.check;
import static io.vireo.linux.vfio.VfioAbi.ARGSZ;
import static io.vireo.linux.vfio.VfioAbi.DMA_MAP_BYTES;
import static io.vireo.linux.vfio.VfioAbi.DMA_MAP_IOVA;
import static io.vireo.linux.vfio.VfioAbi.DMA_MAP_SIZE;
import static io.vireo.linux.vfio.VfioAbi.DMA_MAP_VADDR;
import static io.vireo.linux.vfio.VfioAbi.DMA_UNMAP_BYTES;
import static io.vireo.linux.vfio.VfioAbi.DMA_UNMAP_IOVA;
import static io.vireo.linux.vfio.VfioAbi.DMA_UNMAP_SIZE;
import static io.vireo.linux.vfio.VfioAbi.FLAGS;
import static io.vireo.linux.vfio.VfioAbi.IOMMU_INFO_BYTES;
import static io.vireo.linux.vfio.VfioAbi.VFIO_API_VERSION;
import static io.vireo.linux.vfio.VfioAbi.VFIO_CHECK_EXTENSION;
import static io.vireo.linux.vfio.VfioAbi.VFIO_DMA_MAP_FLAG_READ;
import static io.vireo.linux.vfio.VfioAbi.VFIO_DMA_MAP_FLAG_WRITE;
import static io.vireo.linux.vfio.VfioAbi.VFIO_GET_API_VERSION;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IOMMU_GET_INFO;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IOMMU_MAP_DMA;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IOMMU_UNMAP_DMA;
import static io.vireo.linux.vfio.VfioAbi.VFIO_SET_IOMMU;
import static io.vireo.linux.vfio.VfioAbi.VFIO_TYPE1V2_IOMMU;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.LockedMemory;
import io.vireo.linux.Mem;
import io.vireo.linux.pci.PciException;
import java.lang.foreign.Arena;
import java.util.List;

/**
 * An open {@code /dev/vfio/vfio}: one address space of the IOMMU for the groups that have joined.
 *
 * <p>It has no IOMMU before the first group joins, and loses it, with all that is mapped, when the
 * last one leaves. What is mapped is pinned: its pages stay where they are, and count against
 * RLIMIT_MEMLOCK, until it is unmapped.
 */
public final class VfioContainer implements DmaMapper, AutoCloseable {
  private static final String PATH = "/dev/vfio/vfio";

  private final int fd;
  private int groups;
  private boolean closed;

  private VfioContainer(int fd) {
    this.fd = fd;
  }

  /**
   * An empty one.
   *
   * @throws ErrnoException when there is no VFIO, or not for this user
   */
  public static VfioContainer open() {
    int fd = VfioFile.open(PATH, VfioContainer::advice);
    try {
      long version = check(VfioAbi.ioctl(fd, VFIO_GET_API_VERSION, 0), "ioctl", "VFIO_GET_API");
      if (version != VFIO_API_VERSION) {
        throw new PciException(
            Errno.EOPNOTSUPP,
            "version " + version + " of VFIO is not known, only " + VFIO_API_VERSION);
      }
      if (VfioAbi.ioctl(fd, VFIO_CHECK_EXTENSION, VFIO_TYPE1V2_IOMMU) != 1) {
        throw new PciException(
            Errno.EOPNOTSUPP,
            "VFIO has no driver for an IOMMU of type 1 version 2; load it: modprobe"
                + " vfio_iommu_type1");
      }
      return new VfioContainer(fd);
    } catch (RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  private static String advice(int errno) {
    return switch (errno) {
      case Errno.ENOENT, Errno.ENODEV, Errno.ENXIO -> "load VFIO: modprobe vfio-pci";
      case Errno.EACCES, Errno.EPERM -> "run as root, or give this user read and write access";
      default -> "";
    };
  }

  int fd() {
    return fd;
  }

  boolean hasGroups() {
    return groups > 0;
  }

  /** A group has joined; the first one brings the IOMMU. */
  void joined() {
    if (groups == 0) {
      long set = VfioAbi.ioctl(fd, VFIO_SET_IOMMU, VFIO_TYPE1V2_IOMMU);
      if (set == -Errno.EPERM) {
        throw new ErrnoException(
            "ioctl",
            Errno.EPERM,
            "VFIO_SET_IOMMU",
            "the IOMMU cannot keep interrupts of one device from another (interrupt remapping is"
                + " off); switch it on in the firmware, or allow it: the parameter"
                + " allow_unsafe_interrupts=1 of vfio_iommu_type1");
      }
      check(set, "ioctl", "VFIO_SET_IOMMU");
    }
    groups++;
  }

  void left() {
    groups--;
  }

  @Override
  public List<IovaRange> iovaRanges() {
    List<IovaRange> ranges = info().ranges();
    return ranges.isEmpty() ? List.of(new IovaRange(0, -1)) : ranges;
  }

  @Override
  public long granuleBytes() {
    return Long.lowestOneBit(info().pageSizes());
  }

  /** How many more calls of {@link #map} the kernel allows; -1 when it does not tell. */
  public long freeMappings() {
    return info().freeMappings();
  }

  private IommuInfo info() {
    int bytes = IOMMU_INFO_BYTES;
    while (true) {
      try (Arena arena = Arena.ofConfined()) {
        long info = arena.allocate(bytes, 8).address();
        Mem.putInt(info + ARGSZ, bytes);
        check(VfioAbi.ioctl(fd, VFIO_IOMMU_GET_INFO, info), "ioctl", "VFIO_IOMMU_GET_INFO");
        int needed = Mem.getInt(info + ARGSZ);
        if (needed <= bytes) {
          return IommuInfo.decode(info);
        }
        bytes = needed;
      }
    }
  }

  @Override
  public void map(long hva, long iova, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      long map = arena.allocate(DMA_MAP_BYTES, 8).address();
      Mem.putInt(map + ARGSZ, DMA_MAP_BYTES);
      Mem.putInt(map + FLAGS, VFIO_DMA_MAP_FLAG_READ | VFIO_DMA_MAP_FLAG_WRITE);
      Mem.putLong(map + DMA_MAP_VADDR, hva);
      Mem.putLong(map + DMA_MAP_IOVA, iova);
      Mem.putLong(map + DMA_MAP_SIZE, bytes);
      long result = VfioAbi.ioctl(fd, VFIO_IOMMU_MAP_DMA, map);
      if (result < 0) {
        throw mapFailure((int) -result, hva, iova, bytes);
      }
    }
  }

  private ErrnoException mapFailure(int errno, long hva, long iova, long bytes) {
    String detail = "VFIO_IOMMU_MAP_DMA of %d bytes at 0x%x as 0x%x".formatted(bytes, hva, iova);
    String advice =
        switch (errno) {
          case Errno.EINVAL ->
              "the IOMMU takes multiples of %d bytes within %s"
                  .formatted(granuleBytes(), iovaRanges());
          case Errno.ENOMEM -> noMemory();
          case Errno.EEXIST -> "some of these addresses are mapped already";
          case Errno.ENOSPC ->
              "there are too many mappings (parameter dma_entry_limit of vfio_iommu_type1)";
          case Errno.EFAULT -> "the memory cannot be pinned: some of it is not there or read-only";
          default -> "";
        };
    return advice.isEmpty()
        ? new ErrnoException("ioctl", errno, detail)
        : new ErrnoException("ioctl", errno, detail, advice);
  }

  private static String noMemory() {
    long limit = LockedMemory.limitBytes();
    return limit == LockedMemory.UNLIMITED
        ? "there is no memory left to pin"
        : "%d of the %d bytes that this process may lock are locked (RLIMIT_MEMLOCK); raise that: ulimit -l, or LimitMEMLOCK= of a systemd unit"
            .formatted(LockedMemory.lockedBytes(), limit);
  }

  @Override
  public void unmap(long iova, long bytes) {
    try (Arena arena = Arena.ofConfined()) {
      long unmap = arena.allocate(DMA_UNMAP_BYTES, 8).address();
      Mem.putInt(unmap + ARGSZ, DMA_UNMAP_BYTES);
      Mem.putLong(unmap + DMA_UNMAP_IOVA, iova);
      Mem.putLong(unmap + DMA_UNMAP_SIZE, bytes);
      String detail = "VFIO_IOMMU_UNMAP_DMA of %d bytes at 0x%x".formatted(bytes, iova);
      check(VfioAbi.ioctl(fd, VFIO_IOMMU_UNMAP_DMA, unmap), "ioctl", detail);
      long unmapped = Mem.getLong(unmap + DMA_UNMAP_SIZE);
      if (unmapped != bytes) {
        throw new IllegalStateException(detail + ": only " + unmapped + " bytes were mapped");
      }
    }
  }

  /** Closes it after its groups, and thereby unmaps everything; a second time does nothing. */
  @Override
  public void close() {
    if (groups > 0) {
      throw new IllegalStateException(groups + " groups are still in the container");
    }
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }
}
