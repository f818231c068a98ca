package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A QEMU is killed, a bdev is deleted, while a guest works with two disks. */
@Timeout(300)
class LifecycleIT {
  private static final List<String> DISKS = List.of("memory", "file");

  @TempDir Path directory;
  private LaunchedTarget target;

  @BeforeEach
  void start() throws Exception {
    target = new LaunchedTarget(directory, "--idle", "adaptive");
    target.disks().malloc("memory", 32);
    target.disks().uring("file", 32);
    for (String disk : DISKS) {
      target.disks().serve(disk);
    }
  }

  @AfterEach
  void stop() throws Exception {
    assertThat(target.log()).doesNotContain("ERROR").doesNotContain("fault of ours");
    assertThat(target.terminate()).isZero();
    target.close();
  }

  private Guest boot() throws Exception {
    Guest.Options options = Guest.in(directory);
    for (String disk : DISKS) {
      options.disk(directory.resolve(disk), "num-queues=2");
    }
    return options.boot();
  }

  /** Reads and writes all the time, in the background; one log for each disk. */
  private void keepBusy(Guest guest) throws Exception {
    for (String disk : List.of("vda", "vdb")) {
      guest.run(
          "fio --name=%1$s --filename=/dev/%1$s --ioengine=libaio --direct=1 --iodepth=32 --bs=4k"
                  .formatted(disk)
              + " --rw=randrw --time_based --runtime=600 --minimal >/tmp/%s.log 2>&1 &"
                  .formatted(disk));
      long before = requests(guest, disk);
      Await.until("the guest is at work", () -> requests(guest, disk) > before + 100);
    }
  }

  /** Reads and writes that have ended, as the guest counts them. */
  private static long requests(Guest guest, String disk) throws Exception {
    return Long.parseLong(guest.run("awk '{ print $1 + $5 }' /sys/block/%s/stat".formatted(disk)));
  }

  @Test
  void a_qemu_killed_at_work_leaves_nothing_and_the_next_one_is_served() throws Exception {
    Footprint before = target.footprint();
    try (Guest guest = boot()) {
      keepBusy(guest);
      assertThat(target.footprint().mappings()).isNotEmpty();
      guest.qemu().destroyForcibly();
      for (String disk : DISKS) {
        Await.until("its sessions end", () -> target.disks().sessions(disk).isEmpty());
      }
    }
    Await.until("all is given back", () -> target.footprint().equals(before));
    try (Guest next = boot()) {
      for (String disk : List.of("vda", "vdb")) {
        next.run(
            "fio --name=next --filename=/dev/%s --size=4m --rw=randwrite --bs=8k --direct=1"
                    .formatted(disk)
                + " --ioengine=libaio --iodepth=16 --verify=crc32c --verify_fatal=1 --minimal");
      }
      next.powerOff();
    }
    Await.until("all is given back again", () -> target.footprint().equals(before));
  }

  @Test
  void a_bdev_deleted_under_a_guest_costs_that_disk_alone() throws Exception {
    try (Guest guest = boot()) {
      keepBusy(guest);
      target.disks().call("bdev_malloc_delete", "name", "memory");
      JsonNode controller = target.disks().call("vhost_get_controllers", "name", "memory").path(0);
      assertThat(controller.at("/backend_specific/block/bdev").isNull()).isTrue();
      Await.until(
          "the guest sees a disk without blocks",
          () -> guest.run("cat /sys/block/vda/size").equals("0"));
      Await.until("the guest's work on it ends", () -> !guest.run("jobs").contains("--name=vda"));
      assertThat(guest.run("cat /tmp/vda.log")).contains("io_u error on file /dev/vda");
      long before = requests(guest, "vdb");
      Await.until("the other disk works", () -> requests(guest, "vdb") > before + 100);
    }
    Await.until("its sessions end", () -> target.disks().sessions("memory").isEmpty());
    target.disks().call("vhost_delete_controller", "ctrlr", "memory");
  }
}
