package io.vireo.linux.vfio;

import static io.vireo.linux.ErrnoException.check;
import static io.vireo.linux.vfio.VfioAbi.ARGSZ;
import static io.vireo.linux.vfio.VfioAbi.FLAGS;
import static io.vireo.linux.vfio.VfioAbi.IRQ_COUNT;
import static io.vireo.linux.vfio.VfioAbi.IRQ_INDEX;
import static io.vireo.linux.vfio.VfioAbi.IRQ_INFO_BYTES;
import static io.vireo.linux.vfio.VfioAbi.IRQ_SET_BYTES;
import static io.vireo.linux.vfio.VfioAbi.IRQ_SET_COUNT;
import static io.vireo.linux.vfio.VfioAbi.IRQ_SET_INDEX;
import static io.vireo.linux.vfio.VfioAbi.VFIO_DEVICE_GET_IRQ_INFO;
import static io.vireo.linux.vfio.VfioAbi.VFIO_DEVICE_SET_IRQS;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IRQ_INFO_EVENTFD;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IRQ_SET_ACTION_TRIGGER;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IRQ_SET_DATA_EVENTFD;
import static io.vireo.linux.vfio.VfioAbi.VFIO_IRQ_SET_DATA_NONE;

import io.vireo.linux.EventFd;
import io.vireo.linux.Mem;
import io.vireo.linux.pci.PciAddress;
import java.lang.foreign.Arena;
import java.util.List;

/** The interrupts of a device, each a set of vectors that signal eventfds. */
final class VfioIrqs {
  private final int fd;
  private final PciAddress address;

  VfioIrqs(int fd, PciAddress address) {
    this.fd = fd;
    this.address = address;
  }

  /** How many vectors of this sort the device has. */
  int count(int index) {
    try (Arena arena = Arena.ofConfined()) {
      long info = arena.allocate(IRQ_INFO_BYTES, 8).address();
      Mem.putInt(info + ARGSZ, IRQ_INFO_BYTES);
      Mem.putInt(info + IRQ_INDEX, index);
      long result = VfioAbi.ioctl(fd, VFIO_DEVICE_GET_IRQ_INFO, info);
      check(result, "ioctl", "VFIO_DEVICE_GET_IRQ_INFO of interrupt " + index);
      boolean signals = (Mem.getInt(info + FLAGS) & VFIO_IRQ_INFO_EVENTFD) != 0;
      return signals ? Mem.getInt(info + IRQ_COUNT) : 0;
    }
  }

  /** Vector i signals {@code events.get(i)}. */
  void set(int index, List<EventFd> events) {
    int count = count(index);
    if (events.isEmpty() || events.size() > count) {
      throw new IllegalArgumentException(
          "%d eventfds for the %d vectors of interrupt %d of %s"
              .formatted(events.size(), count, index, address));
    }
    set(index, VFIO_IRQ_SET_DATA_EVENTFD, events);
  }

  void clear(int index) {
    set(index, VFIO_IRQ_SET_DATA_NONE, List.of());
  }

  private void set(int index, int data, List<EventFd> events) {
    int bytes = IRQ_SET_BYTES + events.size() * Integer.BYTES;
    try (Arena arena = Arena.ofConfined()) {
      long set = arena.allocate(bytes, 8).address();
      Mem.putInt(set + ARGSZ, bytes);
      Mem.putInt(set + FLAGS, data | VFIO_IRQ_SET_ACTION_TRIGGER);
      Mem.putInt(set + IRQ_SET_INDEX, index);
      Mem.putInt(set + IRQ_SET_COUNT, events.size());
      for (int i = 0; i < events.size(); i++) {
        Mem.putInt(set + IRQ_SET_BYTES + (long) i * Integer.BYTES, events.get(i).fd());
      }
      String detail =
          "VFIO_DEVICE_SET_IRQS of %d vectors of interrupt %d of %s"
              .formatted(events.size(), index, address);
      check(VfioAbi.ioctl(fd, VFIO_DEVICE_SET_IRQS, set), "ioctl", detail);
    }
  }
}
