package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** How many interrupts a guest gets for its requests, as its own kernel counts them. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class CoalescingIT {
  private static final int REQUESTS = 6000;
  private static final int DELAY_US = 5000;
  private static final int DEPTH = 128;
  private static final int NO_LOAD = 1_000_000_000;

  private LaunchedTarget target;
  private Guest guest;
  private String line;

  @BeforeAll
  void boot(@TempDir Path directory) throws Exception {
    target = new LaunchedTarget(directory, "--idle", "adaptive");
    target.disks().malloc("disk", 64);
    guest = Guest.in(directory).disk(target.disks().serve("disk"), "num-queues=1").boot();
    guest.run("echo 2 > /sys/block/vda/queue/nomerges"); // each request of fio is one of the disk
    line = guest.run("basename $(readlink -f /sys/block/vda/device)") + "-req.0";
  }

  @AfterAll
  void shutDown() throws Exception {
    if (guest != null) {
      guest.close();
    }
    target.close();
  }

  private void coalesce(int delayUs, int threshold) throws Exception {
    target
        .disks()
        .call(
            "vhost_controller_set_coalescing",
            "ctrlr",
            "disk",
            "delay_base_us",
            delayUs,
            "iops_threshold",
            threshold);
  }

  /** Of the disk's queue, on all CPUs. */
  private long interrupts() throws Exception {
    return Long.parseLong(
        guest.run("awk '/%s/ { print $2 + $3 }' /proc/interrupts".formatted(line)));
  }

  /** Reads that have ended. */
  private long requests() throws Exception {
    return Long.parseLong(guest.run("awk '{ print $1 }' /sys/block/vda/stat"));
  }

  private double interruptsPerRequest(int depth) throws Exception {
    long interrupts = interrupts();
    long requests = requests();
    guest.run(
        "fio --name=reads --filename=/dev/vda --ioengine=libaio --direct=1 --rw=randread --bs=4k"
            + " --iodepth=%d --number_ios=%d --minimal >/dev/null".formatted(depth, REQUESTS));
    long done = requests() - requests;
    assertThat(done).isGreaterThanOrEqualTo(REQUESTS);
    return (double) (interrupts() - interrupts) / done;
  }

  @Test
  void under_load_a_fraction_of_the_interrupts_brings_the_same_data() throws Exception {
    coalesce(0, NO_LOAD);
    double each = interruptsPerRequest(DEPTH);
    coalesce(DELAY_US, 100);
    double together = interruptsPerRequest(DEPTH);
    assertThat(together).isLessThan(each / 2);
    guest.run(
        "fio --name=verify --filename=/dev/vda --ioengine=libaio --direct=1 --iodepth=32"
            + " --rw=randwrite --bsrange=4k-64k --size=16m --verify=crc32c --verify_fatal=1"
            + " --minimal");
    coalesce(0, NO_LOAD);
    assertThat(interruptsPerRequest(DEPTH)).isGreaterThan(together * 2);
  }

  @Test
  void a_request_that_is_alone_below_the_threshold_has_its_interrupt_at_once() throws Exception {
    coalesce(DELAY_US, NO_LOAD);
    assertThat(interruptsPerRequest(1)).isBetween(0.95, 1.05);
  }

  @Test
  void the_last_requests_of_a_load_are_not_left_without_an_interrupt() throws Exception {
    coalesce(1_000_000, 100);
    guest.run("dd if=/dev/vda of=/dev/null bs=4k count=200 iflag=direct");
    guest.run("dd if=/dev/zero of=/dev/vda bs=64k count=20 oflag=direct conv=fsync");
    coalesce(0, NO_LOAD);
  }
}
