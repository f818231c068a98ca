package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A target goes away and comes back under a guest at work, whose QEMU connects again.
 *
 * <p>QEMU 7.2 then lets each ring go on behind its last used entry. That is exact when nothing was
 * in flight, or one request a queue. Of more that were in flight in a target that was killed, some
 * may have been answered in another order, and only INFLIGHT_SHMFD, which is not offered yet, could
 * tell which.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RestartIT {
  private Path directory;
  private LaunchedTarget target;
  private Guest guest;

  @BeforeAll
  void boot(@TempDir Path temporary) throws Exception {
    directory = temporary;
    start();
    guest = Guest.in(directory).disk(directory.resolve("file"), "reconnect=1").boot();
  }

  @AfterAll
  void shutDown() throws Exception {
    if (guest != null) {
      guest.close();
    }
    target.close();
  }

  private void start() throws Exception {
    target = new LaunchedTarget(directory, "--idle", "adaptive");
    target.disks().uring("file", 64);
    target.disks().serve("file");
  }

  /** Writes each block several times, until {@code restart} has been survived, then reads it. */
  private void survive(int depth, Restart restart) throws Exception {
    String fio =
        "fio --name=blocks --filename=/dev/vda --size=4m --bs=4k --ioengine=libaio --direct=1"
            + " --iodepth=%d --rw=randwrite --verify=crc32c --verify_fatal=1 --minimal"
                .formatted(depth);
    guest.run("rm -f /tmp/stop");
    guest.run("(until [ -e /tmp/stop ]; do " + fio + " || break; done >/tmp/log 2>&1) & job=$!");
    long before = written();
    Await.until("the guest writes", () -> written() > before + 300);
    restart.run();
    long after = written();
    Await.until("the guest writes again", () -> written() > after + 300);
    guest.run("touch /tmp/stop; wait $job || { cat /tmp/log; false; }");
    guest.run(fio + " --verify_only");
    assertThat(guest.attempt("grep -E 'err=|verify:' /tmp/log").output()).isBlank();
    assertThat(target.log()).doesNotContain("WARN").doesNotContain("ERROR");
  }

  /** Writes that have ended, as the guest counts them. */
  private long written() throws Exception {
    return Long.parseLong(guest.run("awk '{ print $5 }' /sys/block/vda/stat"));
  }

  private interface Restart {
    void run() throws Exception;
  }

  @Test
  void a_target_that_was_ended_in_order_has_lost_nothing_whatever_was_in_flight() throws Exception {
    survive(
        64,
        () -> {
          assertThat(target.terminate()).isZero();
          assertThat(target.log()).doesNotContain("WARN").doesNotContain("ERROR");
          assertThat(directory.resolve("file")).doesNotExist();
          assertThat(directory.resolve("rpc.sock")).doesNotExist();
          start();
        });
  }

  @Test
  void a_target_that_was_killed_has_lost_nothing_of_a_guest_with_one_request_in_flight()
      throws Exception {
    survive(
        1,
        () -> {
          target.kill();
          assertThat(Files.exists(directory.resolve("file"))).isTrue();
          start();
        });
  }
}
