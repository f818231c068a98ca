package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A guest gets more memory while it does I/O, uses it for I/O, and gives it back. */
@Timeout(300)
class MemoryHotplugIT {
  private static final int MORE_MIB = 256;

  private static final String FIO =
      "fio --ioengine=libaio --direct=1 --verify=crc32c --verify_fatal=1 --minimal"
          + " --filename=/dev/vda ";

  /** Runs on while memory comes and goes. */
  private static final String SMALL =
      FIO + "--name=small --size=4m --rw=randrw --bs=4k --iodepth=8";

  /** 128 MiB of buffers; the kernel takes pages that can be moved from the new memory first. */
  private static final String LARGE =
      FIO + "--name=large --offset=32m --size=128m --rw=write --bs=4m --iodepth=32";

  @Test
  void memory_that_comes_while_rings_run_is_used_at_once_and_can_leave(@TempDir Path directory)
      throws Exception {
    try (LaunchedTarget target = new LaunchedTarget(directory, "--idle", "adaptive")) {
      target.disks().malloc("disk", 160);
      Guest.Options options = Guest.in(directory).disk(target.disks().serve("disk"));
      try (Guest guest = options.qemu("-m", "slots=1,maxmem=2G").boot();
          Qmp qmp = guest.qmp()) {
        List<String> before = target.footprint().mappings();
        guest.run("(until [ -e /tmp/stop ]; do " + SMALL + " || break; done >/tmp/log 2>&1) &");

        plug(qmp);
        Await.until("the guest has it", () -> all(guest, "online_movable"));
        assertThat(freeMib(guest)).isGreaterThan(MORE_MIB - 50); // some is in use already
        assertThat(target.footprint().mappings()).hasSizeGreaterThan(before.size());
        int[] least = {MORE_MIB};
        guest.run(LARGE + " >/tmp/large 2>&1 & large=$!");
        Await.until(
            "work in the new memory ends",
            () -> {
              least[0] = Math.min(least[0], freeMib(guest));
              return guest.attempt("kill -0 $large").status() != 0;
            });
        guest.run("wait $large || { cat /tmp/large; false; }");
        assertThat(least[0]).isLessThan(MORE_MIB - 100);

        assertThat(all(guest, "offline")).isTrue();
        unplug(qmp);
        Await.until(
            "it is given back", () -> target.footprint().mappings().size() == before.size());
        guest.run("touch /tmp/stop; wait %1 || { cat /tmp/log; false; }");
        assertThat(guest.attempt("grep -E 'err=|verify:' /tmp/log").output()).isBlank();
      }
      assertThat(target.log()).doesNotContain("WARN").doesNotContain("ERROR");
    }
  }

  private static void plug(Qmp qmp) throws Exception {
    qmp.execute(
        "object-add",
        Map.of(
            "qom-type",
            "memory-backend-memfd",
            "id",
            "more",
            "size",
            (long) MORE_MIB << 20,
            "share",
            true));
    qmp.execute("device_add", Map.of("driver", "pc-dimm", "id", "dimm", "memdev", "more"));
  }

  private static void unplug(Qmp qmp) throws Exception {
    qmp.execute("device_del", Map.of("id", "dimm"));
    qmp.await("DEVICE_DELETED");
    qmp.execute("object-del", Map.of("id", "more"));
  }

  /** Sets each of the blocks above 4 GiB, of 128 MiB, to a state; false before all are there. */
  private static boolean all(Guest guest, String state) throws Exception {
    String blocks = "/sys/devices/system/memory/memory[3-9][0-9]/state";
    int count = Integer.parseInt(guest.run("ls " + blocks + " 2>/dev/null | wc -l"));
    if (count < MORE_MIB / 128) {
      return false;
    }
    guest.run("for block in %s; do echo %s > $block || exit 1; done".formatted(blocks, state));
    return true;
  }

  /** What is free of the memory whose pages can be moved. */
  private static int freeMib(Guest guest) throws Exception {
    String pages =
        guest.run(
            "awk '$3 == \"zone\" { zone = $4 } zone == \"Movable\" && $1 == \"pages\""
                + " { print $3 }' /proc/zoneinfo");
    return Integer.parseInt(pages) / 256;
  }
}
