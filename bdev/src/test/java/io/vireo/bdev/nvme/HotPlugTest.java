package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevRegistry;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.pci.Uevent;
import io.vireo.linux.pci.Uevents;
import io.vireo.nvme.model.ModelOptions;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Drives that come and go, as the kernel tells of them. */
class HotPlugTest {
  private static final String FIRST = "0000:01:00.0";
  private static final String SECOND = "0000:02:00.0";

  private final ModelBus bus = new ModelBus();
  private final BdevRegistry bdevs = new BdevRegistry();
  private final NvmeDrives drives = new NvmeDrives(bdevs, bus, new DriveClock());
  private final AtomicBoolean deaf = new AtomicBoolean();
  private final HotPlug hotPlug = new HotPlug(drives, this::kernel);

  @AfterEach
  void close() {
    hotPlug.close();
    drives.close();
    for (ModelBus.Slot slot : bus.slots()) {
      assertThat(slot.open).isFalse();
      assertThat(slot.allocations()).isZero();
    }
    bus.dispose();
  }

  private Uevents kernel() {
    if (deaf.get()) {
      throw new ErrnoException("socket", Errno.EMFILE, "of the kernel's events");
    }
    return Uevents.open();
  }

  private static boolean isFollowed() {
    return Thread.getAllStackTraces().keySet().stream()
        .anyMatch(thread -> thread.getName().equals("nvme hotplug"));
  }

  @Test
  void what_cannot_be_begun_leaves_it_as_it_was() throws Exception {
    NvmeSetHotplug set = new NvmeSetHotplug(true, 200_000);
    hotPlug.set(set);
    deaf.set(true);
    assertThatThrownBy(() -> hotPlug.set(new NvmeSetHotplug(true, 100_000)))
        .isInstanceOf(ErrnoException.class);
    assertThat(hotPlug.parameters()).isEqualTo(set);
    assertThat(isFollowed()).isTrue();
    hotPlug.set(new NvmeSetHotplug(false, 0));
    ModuleFixture.until(() -> !isFollowed());
  }

  private void happens(String action, String address, String driver, String classCode) {
    String path = "/devices/pci0000:00/" + address;
    hotPlug.happened(
        new Uevent(
            action,
            path,
            "pci",
            Map.of("PCI_SLOT_NAME", address, "DRIVER", driver, "PCI_CLASS", classCode)));
  }

  private void comes(String address) {
    happens("bind", address, "vfio-pci", "10802");
  }

  @Test
  void drives_that_are_given_to_vfio_are_attached_under_names_that_are_free() {
    bus.add(FIRST, ModelOptions.DEFAULT);
    bus.add(SECOND, ModelOptions.DEFAULT);
    comes(FIRST);
    assertThat(bdevs.find("HotInNvme0n1")).isPresent();
    comes(FIRST);
    assertThat(drives.all()).hasSize(1);
    comes(SECOND); // the same disk by another way
    assertThat(drives.all()).extracting(NvmeDrive::name).containsExactly("HotInNvme0");
  }

  @Test
  void what_is_no_drive_for_us_is_left_alone() {
    bus.add(FIRST, ModelOptions.DEFAULT);
    happens("bind", FIRST, "nvme", "10802");
    happens("bind", FIRST, "vfio-pci", "20000");
    happens("add", FIRST, "vfio-pci", "10802");
    hotPlug.happened(new Uevent("bind", "/devices/x", "usb", Map.of("DRIVER", "vfio-pci")));
    assertThat(drives.all()).isEmpty();
    comes("0000:77:00.0"); // gone again already
    assertThat(drives.all()).isEmpty();
    comes(FIRST);
    assertThat(drives.all()).hasSize(1);
  }

  @Test
  void a_drive_that_is_pulled_out_is_detached_and_may_come_again() throws Exception {
    ModelBus.Slot slot = bus.add(FIRST, ModelOptions.DEFAULT);
    comes(FIRST);
    happens("remove", SECOND, "", "10802");
    assertThat(drives.all()).hasSize(1);
    happens("remove", FIRST, "vfio-pci", "10802");
    ModuleFixture.until(() -> !slot.open && drives.all().isEmpty());
    assertThat(bdevs.all()).isEmpty();
    assertThat(slot.stops).hasValue(1);
    comes(FIRST);
    assertThat(bdevs.find("HotInNvme0n1")).isPresent();
  }

  @Test
  void a_drive_that_cannot_be_attached_does_not_keep_others_out() {
    ModelBus.Slot sick = bus.add(FIRST, ModelOptions.DEFAULT);
    sick.model().faults().stickReady(true);
    bus.add(SECOND, ModelOptions.DEFAULT);
    comes(FIRST);
    assertThat(drives.all()).isEmpty();
    assertThat(sick.allocations()).isZero();
    comes(SECOND);
    assertThat(drives.all()).extracting(NvmeDrive::name).containsExactly("HotInNvme0");
  }
}
