package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A guest of four CPUs with four queues for each disk, on a target of two reactors. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MultiqueueIT {
  private static final int QUEUES = 4;

  private LaunchedTarget target;
  private Guest guest;

  @BeforeAll
  void boot(@TempDir Path directory) throws Exception {
    target = new LaunchedTarget(directory, "-m", "0x3", "--idle", "adaptive");
    Disks disks = target.disks();
    disks.malloc("memory", 64);
    disks.uring("file", 64);
    disks.malloc("hostile", 16);
    disks.serve("hostile");
    guest =
        Guest.in(directory)
            .option("--cpus", QUEUES)
            .disk(disks.serve("memory"), "num-queues=4")
            .disk(disks.serve("file"), "num-queues=4")
            .boot();
  }

  @AfterAll
  void shutDown() throws Exception {
    if (guest != null) {
      guest.close();
    }
    target.close();
  }

  /** One job on each CPU, and so on each queue, in a quarter of the disk of its own. */
  private static String fio(String disk, String more) {
    return ("fio --name=verify --filename=/dev/%s --ioengine=libaio --direct=1 --iodepth=16"
            + " --numjobs=4 --cpus_allowed=0-3 --cpus_allowed_policy=split"
            + " --offset_increment=16m --size=16m --verify=crc32c --verify_fatal=1 --minimal %s")
        .formatted(disk, more);
  }

  @ParameterizedTest
  @ValueSource(strings = {"vda", "vdb"})
  void what_four_queues_write_at_once_is_what_is_read(String disk) throws Exception {
    guest.run(fio(disk, "--rw=randwrite --bsrange=4k-256k"));
    String device = guest.run("basename $(readlink -f /sys/block/%s/device)".formatted(disk));
    for (int queue = 0; queue < QUEUES; queue++) {
      String interrupts = guest.run("grep %s-req.%d /proc/interrupts".formatted(device, queue));
      assertThat(interrupts.replaceAll("PCI-MSI.*", "")).containsPattern(" [1-9][0-9]* ");
    }
  }

  @Test
  void a_hostile_driver_beside_it_harms_no_guest() throws Exception {
    int before;
    try (HostileDriver hostile = new HostileDriver(target.directory().resolve("hostile"))) {
      for (String disk : List.of("vda", "vdb")) {
        before = hostile.attacks();
        guest.run(fio(disk, "--rw=randrw --bs=16k"));
        assertThat(hostile.attacks() - before).isGreaterThan(10);
      }
    }
    Await.until("its sessions end", () -> target.disks().sessions("hostile").isEmpty());
    assertThat(target.log()).doesNotContain("fault of ours").doesNotContain("ERROR");
    // And whoever behaves is served at that socket, too.
    target.disks().call("vhost_delete_controller", "ctrlr", "hostile");
  }

  /** A resource, not a speed: a target whose guests are idle leaves the CPUs to others. */
  @Test
  void an_idle_guest_costs_less_than_2_percent_of_a_cpu_and_its_next_request_is_served()
      throws Exception {
    guest.run("dd if=/dev/vda of=/dev/null bs=4k count=100 iflag=direct");
    Await.until("the target comes to rest", () -> ticksInThreeSeconds() < 6);
    guest.run("dd if=/dev/vda of=/dev/null bs=4k count=100 iflag=direct");
    guest.run("dd if=/dev/zero of=/dev/vdb bs=4k count=100 oflag=direct");
  }

  /** CPU time in hundredths of a second, of all threads. */
  private long ticksInThreeSeconds() throws Exception {
    long before = Footprint.cpuTicks(target.pid());
    Thread.sleep(Duration.ofSeconds(3)); // what is measured, not waited for
    return Footprint.cpuTicks(target.pid()) - before;
  }
}
