package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Odd requests on Vireo's disks and on one of QEMU's own back-end, in one guest: each must end the
 * same way and leave the same data.
 */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class YardstickIT {
  private static final int MIB = 8;

  private LaunchedTarget target;
  private Child yardstick;
  private Guest guest;

  @BeforeAll
  void boot(@TempDir Path directory) throws Exception {
    Guest.Options options = Guest.in(directory); // fails with a sentence when there is no QEMU
    Path socket = directory.resolve("yardstick.sock");
    Path image = Files.write(directory.resolve("yardstick.img"), new byte[MIB << 20]);
    yardstick =
        new Child(
            List.of(
                "qemu-storage-daemon",
                "--blockdev",
                "driver=file,node-name=file,discard=unmap,filename=" + image,
                "--export",
                "vhost-user-blk,id=disk,node-name=file,num-queues=2,writable=on,addr.type=unix,addr.path="
                    + socket));
    Await.until("the yardstick listens", () -> Files.exists(socket));
    target = new LaunchedTarget(directory, "--idle", "adaptive");
    target.disks().malloc("memory", MIB);
    target.disks().uring("file", MIB);
    guest =
        options
            .disk(socket)
            .disk(target.disks().serve("memory"))
            .disk(target.disks().serve("file"))
            .boot();
    guest.run("dd if=/dev/urandom of=/tmp/pattern bs=1M count=4");
  }

  @AfterAll
  void shutDown() throws Exception {
    if (guest != null) {
      guest.close();
    }
    if (target != null) {
      target.close();
    }
    yardstick.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "dd if=/tmp/pattern of=$disk bs=512 count=1 seek=0 oflag=direct",
        "dd if=/tmp/pattern of=$disk bs=512 count=7 seek=4093 oflag=direct",
        "dd if=/tmp/pattern of=$disk bs=1536 count=11 seek=3 oflag=direct",
        "dd if=/tmp/pattern of=$disk bs=66048 count=9 seek=1 oflag=direct",
        "dd if=/tmp/pattern of=$disk bs=4M count=1 oflag=direct,seek_bytes seek=4194304",
        "dd if=/tmp/pattern of=$disk bs=1M count=2 oflag=direct,dsync",
        "dd if=/tmp/pattern of=$disk bs=100 count=77 seek=5 conv=fsync",
        "dd if=/tmp/pattern of=$disk bs=100 count=1 oflag=direct", // no whole block
        "dd if=/tmp/pattern of=$disk bs=512 count=2 seek=16383 oflag=direct", // one too far
        "dd if=$disk of=/tmp/read bs=1000 count=33 skip=17 && sha256sum /tmp/read",
        "dd if=$disk of=/tmp/read bs=512 skip=16383 iflag=direct && stat -c %s /tmp/read",
        "dd if=$disk of=/tmp/read bs=512 skip=16384 iflag=direct && stat -c %s /tmp/read",
        "blkdiscard -f -o 512 -l 512 $disk",
        "blkdiscard -f -o 1536 -l 656896 $disk",
        "blkdiscard -f -o 8388096 -l 512 $disk",
        "blkdiscard -f -o 100 -l 512 $disk", // not at a block
        "blkdiscard -f -o 8388608 -l 512 $disk", // behind the end
        "blkdiscard -f -s -o 0 -l 4096 $disk", // secure erase, which is not offered
        "blkdiscard -f -z -o 512 -l 512 $disk",
        "blkdiscard -f -z -o 3584 -l 1049088 $disk",
        "blkdiscard -f $disk",
        "cat /sys/block/${disk#/dev/}/size /sys/block/${disk#/dev/}/ro",
        "cat /sys/block/${disk#/dev/}/queue/logical_block_size",
        "cat /sys/block/${disk#/dev/}/serial >/dev/null",
      })
  void an_odd_request_ends_as_on_qemus_own_back_end(String command) throws Exception {
    for (String disk : List.of("/dev/vda", "/dev/vdb", "/dev/vdc")) {
      // The same contents at the beginning, random everywhere.
      guest.run("cat /tmp/pattern /tmp/pattern > " + disk);
      guest.run("sync; echo 3 > /proc/sys/vm/drop_caches");
    }
    Guest.Answer expected = outcome("/dev/vda", command);
    assertThat(outcome("/dev/vdb", command)).isEqualTo(expected);
    assertThat(outcome("/dev/vdc", command)).isEqualTo(expected);
  }

  /** How it ends, what it says, and the checksum of the whole disk. */
  private Guest.Answer outcome(String disk, String command) throws Exception {
    Guest.Answer answer = guest.attempt("disk=" + disk + "; " + command);
    guest.run("echo 3 > /proc/sys/vm/drop_caches");
    String said =
        answer
            .output()
            .replace(disk, "DISK")
            .replaceAll("(?m)^[0-9]+ bytes.*copied.*$", ""); // with the time it took
    return new Guest.Answer(answer.status(), said + guest.run("sha256sum < " + disk));
  }
}
