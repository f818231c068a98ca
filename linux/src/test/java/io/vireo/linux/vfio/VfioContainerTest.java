package io.vireo.linux.vfio;

import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.vireo.linux.ErrnoException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** On a machine without VFIO; with it, see qemu-scripts/nvme-guest. */
class VfioContainerTest {
  @Test
  void a_machine_without_vfio_is_told_what_to_do() {
    assumeFalse(Files.exists(Path.of("/dev/vfio/vfio")), "this machine has VFIO");
    assertThatThrownBy(VfioContainer::open)
        .isInstanceOf(ErrnoException.class)
        .hasMessage(
            "open of /dev/vfio/vfio: No such file or directory (ENOENT); load VFIO: modprobe"
                + " vfio-pci");
  }
}
