package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A guest that starts from a Vireo disk: SeaBIOS reads the kernel through a ring of its own,
 * without FLUSH and interrupts; then the kernel's driver takes the same device over, and at a
 * reboot SeaBIOS again.
 */
@Timeout(300)
class FirmwareBootIT {
  @Test
  void a_guest_boots_and_reboots_from_a_vireo_disk(@TempDir Path directory) throws Exception {
    Path image = directory.resolve("boot.img");
    Child.run(0, Repository.script("bootdisk"), image.toString());
    try (LaunchedTarget target = new LaunchedTarget(directory, "--idle", "poll")) {
      Disks disks = target.disks();
      disks.uring("boot", image);
      disks.malloc("data", 16);
      try (Guest guest =
          Guest.in(directory)
              .option("--boot", "disk")
              .disk(disks.serve("boot"), "bootindex=0")
              .disk(disks.serve("data"))
              .qemu("-action", "reboot=reset")
              .boot()) {
        guest.run("dd if=/dev/urandom of=/dev/vdb bs=64k count=64 oflag=direct");
        String written = guest.run("sha256sum < /dev/vdb");
        String boot = guest.run("sha256sum < /dev/vda");

        guest.begin("reboot -f");
        guest.awaitReboot();
        assertThat(guest.run("sha256sum < /dev/vdb")).isEqualTo(written);
        assertThat(guest.run("sha256sum < /dev/vda")).isEqualTo(boot);
        // It is the same connection: QEMU was not started anew.
        assertThat(disks.sessions("data")).hasSize(1);
        assertThat(disks.sessions("data").path(0).path("vid").asInt()).isEqualTo(1);
        guest.powerOff();
      }
      Await.until("its sessions end", () -> disks.sessions("boot").isEmpty());
      assertThat(target.log()).doesNotContain("WARN").doesNotContain("ERROR");
      assertThat(target.terminate()).isZero();
    }
  }
}
