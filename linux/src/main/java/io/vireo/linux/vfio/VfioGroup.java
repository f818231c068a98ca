package io.vireo.linux.vfio;

import static io.vireo.linux.ErrnoException.check;
import static io.vireo.linux.vfio.VfioAbi.ARGSZ;
import static io.vireo.linux.vfio.VfioAbi.FLAGS;
import static io.vireo.linux.vfio.VfioAbi.GROUP_STATUS_BYTES;
import static io.vireo.linux.vfio.VfioAbi.VFIO_GROUP_FLAGS_VIABLE;
import static io.vireo.linux.vfio.VfioAbi.VFIO_GROUP_GET_DEVICE_FD;
import static io.vireo.linux.vfio.VfioAbi.VFIO_GROUP_GET_STATUS;
import static io.vireo.linux.vfio.VfioAbi.VFIO_GROUP_SET_CONTAINER;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciBus;
import io.vireo.linux.pci.PciException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/**
 * An IOMMU group that has joined a container: functions that the IOMMU cannot tell apart, so that
 * one process has all of them or none. Only one process can have it open, and only once.
 */
public final class VfioGroup implements AutoCloseable {
  private final int number;
  private final int fd;
  private final VfioContainer container;
  private boolean closed;

  private VfioGroup(int number, int fd, VfioContainer container) {
    this.number = number;
    this.fd = fd;
    this.container = container;
  }

  /**
   * Opens group {@code number} and puts it into the container.
   *
   * @throws ErrnoException when it is not there, in use, or not for this user
   * @throws PciException when a kernel driver still has one of its functions
   */
  public static VfioGroup open(int number, VfioContainer container) {
    int fd = VfioFile.open("/dev/vfio/" + number, errno -> advice(errno, number));
    try {
      checkViable(number, fd);
      join(number, fd, container);
      return new VfioGroup(number, fd, container);
    } catch (RuntimeException e) {
      Libc.close(fd); // which also takes it out of the container
      throw e;
    }
  }

  private static String advice(int errno, int number) {
    return switch (errno) {
      case Errno.ENOENT -> "bind a function of IOMMU group " + number + " to vfio-pci";
      case Errno.EBUSY -> "IOMMU group " + number + " is in use, by another program or by this one";
      case Errno.EACCES, Errno.EPERM ->
          "run as root, or give the file to this user: chown USER /dev/vfio/" + number;
      default -> "";
    };
  }

  private static void checkViable(int number, int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long status = arena.allocate(GROUP_STATUS_BYTES, 8).address();
      Mem.putInt(status + ARGSZ, GROUP_STATUS_BYTES);
      check(VfioAbi.ioctl(fd, VFIO_GROUP_GET_STATUS, status), "ioctl", "VFIO_GROUP_GET_STATUS");
      if ((Mem.getInt(status + FLAGS) & VFIO_GROUP_FLAGS_VIABLE) == 0) {
        throw new PciException(
            Errno.EBUSY,
            "IOMMU group %d is not viable: bind %s to vfio-pci too, or to no driver"
                .formatted(number, others(number)));
      }
    }
  }

  /** The functions of the group that drivers of the kernel have. */
  private static String others(int number) {
    try {
      String others = String.join(", ", new PciBus(Path.of("/")).kernelOwned(number));
      return others.isEmpty() ? "all its functions" : others;
    } catch (IOException e) {
      return "all its functions"; // one of them goes just now
    }
  }

  private static void join(int number, int fd, VfioContainer container) {
    try (Arena arena = Arena.ofConfined()) {
      long word = arena.allocateFrom(ValueLayout.JAVA_INT, container.fd()).address();
      String detail = "VFIO_GROUP_SET_CONTAINER of IOMMU group " + number;
      long result = VfioAbi.ioctl(fd, VFIO_GROUP_SET_CONTAINER, word);
      if (result == -Errno.EINVAL && container.hasGroups()) {
        throw new ErrnoException(
            "ioctl",
            Errno.EINVAL,
            detail,
            "memory is mapped already for other devices where those of this group do not reach:"
                + " attach these first");
      }
      check(result, "ioctl", detail);
    }
    container.joined();
  }

  /** A new descriptor of a function of this group. */
  int device(PciAddress address) {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom(address.toString()).address();
      long device = VfioAbi.ioctl(fd, VFIO_GROUP_GET_DEVICE_FD, name);
      String detail = "VFIO_GROUP_GET_DEVICE_FD of " + address;
      if (device == -Errno.ENODEV) {
        throw new ErrnoException(
            "ioctl",
            Errno.ENODEV,
            detail,
            "bind it to vfio-pci, if it is in IOMMU group " + number + " at all");
      }
      return (int) check(device, "ioctl", detail);
    }
  }

  /** The group's number, as sysfs and /dev/vfio show it. */
  public int number() {
    return number;
  }

  /** Leaves the container, once the group's devices are closed; a second time does nothing. */
  @Override
  public void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
      container.left();
    }
  }
}
