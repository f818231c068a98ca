package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoType;
import io.vireo.daemon.RunningTarget;
import io.vireo.virtio.PendingBdev;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** What a guest sees of disks of many kinds, all in one guest, and what it can do to them. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GuestDiskIT {
  private static final int EVENT_IDX = 29;
  private static final int INDIRECT_DESC = 28;
  private static final int RING_PACKED = 34;

  private final PendingBdev recorded = new PendingBdev("recorded", 512, 32768).atOnce();
  private RunningTarget target;
  private Disks disks;
  private Guest guest;

  @BeforeAll
  void boot(@TempDir Path directory) throws Exception {
    target = new RunningTarget(directory);
    disks = new Disks(directory);
    target.target.bdevs().register(recorded);
    for (String bdev : List.of("plain", "readonly", "noevent", "packed", "large")) {
      disks.malloc(bdev, 16);
    }
    disks.uring("small", 16);
    disks.uring("direct", 16);
    disks.nulldev("growing", 16);
    guest =
        Guest.in(directory)
            .disk(disks.serve("plain", "serial", "ABCDEFGHIJKLMNOPQRST"))
            .disk(disks.serve("readonly", "readonly", true))
            .disk(disks.serve("noevent"), "event_idx=off")
            .disk(disks.serve("packed"), "packed=on")
            .disk(disks.serve("large"), "queue-size=1024")
            .disk(disks.serve("small", "queue_size", 16), "queue-size=16", "indirect_desc=off")
            .disk(disks.serve("direct"), "indirect_desc=off", "event_idx=off")
            .disk(disks.serve("growing"))
            .disk(disks.serve("recorded"))
            .boot();
  }

  @AfterAll
  void shutDown() throws Exception {
    if (guest != null) {
      guest.close();
    }
    disks.close();
    target.close();
  }

  @ParameterizedTest
  @CsvSource({
    "vda, 29 28", // as QEMU is set by default
    "vdc, 28",
    "vdd, 29 28", // QEMU asks for a packed ring; what is not offered is not used
    "vdf, 29",
    "vdg, ''",
  })
  void features_that_qemu_switches_off_or_on_are_negotiated(String disk, String expected)
      throws Exception {
    String bits = guest.run("cat /sys/block/%s/device/features".formatted(disk));
    StringBuilder on = new StringBuilder();
    for (int bit : new int[] {RING_PACKED, EVENT_IDX, INDIRECT_DESC}) {
      on.append(bits.charAt(bit) == '1' ? bit + " " : "");
    }
    assertThat(on.toString().strip()).isEqualTo(expected);
  }

  @Test
  void every_disk_holds_what_is_written_to_it() throws Exception {
    String fio =
        "fio --ioengine=libaio --direct=1 --rw=randwrite --bsrange=512-128k --blockalign=512"
            + " --iodepth=32 --size=4m --verify=crc32c --verify_fatal=1 --minimal";
    for (String disk : List.of("vda", "vdc", "vdd", "vde", "vdf", "vdg")) {
      fio += " --name=%1$s --filename=/dev/%1$s".formatted(disk);
    }
    guest.run(fio);
  }

  /** The check above can fail. */
  @Test
  void a_disk_that_stores_nothing_is_found_out() throws Exception {
    Guest.Answer answer =
        guest.attempt(
            "fio --name=lost --filename=/dev/vdh --direct=1 --rw=write --bs=4k --size=64k"
                + " --verify=crc32c --verify_fatal=1");
    assertThat(answer.status()).isNotZero();
    assertThat(answer.output()).contains("verify: bad ");
  }

  @Test
  void a_read_only_disk_is_seen_as_one_and_takes_no_writes() throws Exception {
    assertThat(guest.run("cat /sys/block/vdb/ro")).isEqualTo("1");
    assertThat(guest.attempt("dd if=/dev/zero of=/dev/vdb count=1").status()).isNotZero();
    assertThat(guest.attempt("blkdiscard -f /dev/vdb").status()).isNotZero();
    guest.run("dd if=/dev/vdb of=/dev/null bs=1M iflag=direct");
  }

  @Test
  void the_serial_is_the_one_that_was_given_or_the_name_of_the_bdev() throws Exception {
    assertThat(guest.run("cat /sys/block/vda/serial")).isEqualTo("ABCDEFGHIJKLMNOPQRST");
    assertThat(guest.run("cat /sys/block/vdb/serial")).isEqualTo("readonly");
  }

  /** Limits of virtio 1.3, 5.2.4, as Linux shows them. */
  @ParameterizedTest
  @CsvSource({
    "size, 32768",
    "queue/logical_block_size, 512",
    "queue/physical_block_size, 512",
    "queue/max_segments, 126",
    "queue/max_segment_size, 131072",
    "queue/discard_granularity, 512",
    "queue/discard_max_bytes, 268435456",
    "queue/max_discard_segments, 256",
    "queue/write_zeroes_max_bytes, 268435456",
  })
  void the_limits_of_a_disk_are_seen(String file, String expected) throws Exception {
    assertThat(guest.run("cat /sys/block/vda/" + file)).isEqualTo(expected);
  }

  @Test
  void a_small_ring_is_told_of_by_fewer_segments() throws Exception {
    assertThat(guest.run("cat /sys/block/vdf/queue/max_segments")).isEqualTo("14");
  }

  @Test
  void the_guests_cache_mode_decides_how_writes_become_durable() throws Exception {
    String mode = "/sys/block/vdi/cache_type";
    String write = "dd if=/dev/zero of=/dev/vdi bs=4k count=1 oflag=direct conv=fsync";
    assertThat(guest.run("cat " + mode)).isEqualTo("write back");
    guest.run(write);
    assertThat(asked()).contains(write(false)).anyMatch(a -> a.type() == IoType.FLUSH);

    guest.run("echo write through > " + mode);
    forget();
    guest.run(write);
    assertThat(asked()).contains(write(true)).noneMatch(a -> a.type() == IoType.FLUSH);

    guest.run("echo write back > " + mode);
    forget();
    guest.run(write);
    assertThat(asked()).contains(write(false)).anyMatch(a -> a.type() == IoType.FLUSH);
  }

  private static PendingBdev.Asked write(boolean fua) {
    return new PendingBdev.Asked(IoType.WRITE, 0, 4096, fua, false);
  }

  private List<PendingBdev.Asked> asked() {
    return target.target.reactors().reactors().getFirst().call(() -> List.copyOf(recorded.asked()));
  }

  private void forget() {
    target
        .target
        .reactors()
        .reactors()
        .getFirst()
        .call(
            () -> {
              recorded.asked().clear();
              return null;
            });
  }

  @Test
  void a_disk_grows_under_the_guest_and_does_not_shrink() throws Exception {
    assertThat(guest.run("blockdev --getsize64 /dev/vdh")).isEqualTo("" + (16 << 20));
    disks.call("bdev_null_resize", "name", "growing", "new_size", 48);
    Await.until(
        "the guest sees the new size",
        () -> guest.run("blockdev --getsize64 /dev/vdh").equals("" + (48 << 20)));
    guest.run("dd if=/dev/zero of=/dev/vdh bs=1M seek=47 count=1 oflag=direct");
    assertThat(disks.refusal("bdev_null_resize", "name", "growing", "new_size", 32).getMessage())
        .contains("growing");
    assertThat(guest.run("blockdev --getsize64 /dev/vdh")).isEqualTo("" + (48 << 20));
  }

  @Test
  void all_disks_of_a_guest_share_one_mapping_of_each_part_of_its_memory() throws Exception {
    List<String> mappings = Footprint.of(ProcessHandle.current().pid()).mappings();
    List<String> places =
        mappings.stream().filter(line -> line.contains("/memfd")).map(GuestDiskIT::place).toList();
    assertThat(places).isNotEmpty().doesNotHaveDuplicates();
  }

  /** Offset, device and inode of a mapping. */
  private static String place(String line) {
    String[] fields = line.split(" +", -1);
    return fields[2] + " " + fields[3] + " " + fields[4];
  }

  @Test
  void a_disk_in_use_is_not_deleted() throws Exception {
    assertThat(disks.refusal("vhost_delete_controller", "ctrlr", "plain").getMessage())
        .contains("Device or resource busy");
    JsonNode session = disks.sessions("plain").path(0);
    assertThat(session.path("started").asBoolean()).isTrue();
    guest.run("dd if=/dev/vda of=/dev/null count=1 iflag=direct");
  }

  @Test
  void a_migration_is_refused_by_qemu_and_the_guest_goes_on() throws Exception {
    try (Qmp qmp = guest.qmp()) {
      assertThat(qmp.refusal("migrate", Map.of("uri", "exec:cat >/dev/null")))
          .contains("Migration disabled");
    }
    guest.run("dd if=/dev/vda of=/dev/null count=1 iflag=direct");
  }

  /** Queues without an interrupt of their own, and a driver that leaves and comes back. */
  @Test
  void the_driver_can_be_loaded_anew_with_queues_that_are_only_polled() throws Exception {
    guest.run("rmmod virtio_blk");
    guest.run("modprobe virtio_blk poll_queues=1");
    guest.run("dmesg | grep 'virtio0: 1/0/1 default/read/poll queues'");
    String interrupts = "awk '/virtio0-req/ { print $2 + $3 }' /proc/interrupts";
    int before = Integer.parseInt(guest.run(interrupts));
    guest.run(
        "fio --name=polled --filename=/dev/vda --ioengine=io_uring --hipri --direct=1 --bs=4k"
            + " --size=4m --rw=randwrite --verify=crc32c --verify_fatal=1");
    assertThat(Integer.parseInt(guest.run(interrupts)) - before).isLessThan(100);
  }
}
