package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class PlatformTest {
  @Test
  void this_machine_will_do() {
    assertThatCode(Platform::check).doesNotThrowAnyException();
  }

  @Test
  void old_kernels_are_refused_and_new_ones_taken() {
    for (String release : new String[] {"6.1.0-13-amd64", "6.1", "6.10.2", "6.18.44", "10.0.0"}) {
      assertThatCode(() -> Platform.checkSystem("Linux", "amd64", release))
          .doesNotThrowAnyException();
    }
    for (String release : new String[] {"6.0.19", "5.15.0-91-generic", "4.19", "strange"}) {
      assertThatThrownBy(() -> Platform.checkSystem("Linux", "amd64", release))
          .isInstanceOf(UnsupportedOperationException.class)
          .hasMessage("Vireo needs Linux 6.1 or newer, this is " + release);
    }
  }

  @Test
  void other_systems_are_refused() {
    assertThatThrownBy(() -> Platform.checkSystem("Linux", "aarch64", "6.18.0"))
        .hasMessage("Vireo needs Linux on x86-64, this is Linux on aarch64");
    assertThatThrownBy(() -> Platform.checkSystem("Mac OS X", "amd64", "23.1"))
        .hasMessage("Vireo needs Linux on x86-64, this is Mac OS X on amd64");
  }

  @Test
  void each_reason_why_io_uring_fails_has_its_sentence() {
    assertThatCode(() -> Platform.checkIoUring(() -> 0, "0")).doesNotThrowAnyException();
    assertThatThrownBy(() -> Platform.checkIoUring(() -> -Errno.EPERM, "2"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("kernel.io_uring_disabled is 2, set it to 0");
    assertThatThrownBy(() -> Platform.checkIoUring(() -> -Errno.EPERM, "0"))
        .hasMessageContaining("seccomp");
    assertThatThrownBy(() -> Platform.checkIoUring(() -> -Errno.ENOSYS, "0"))
        .hasMessageStartingWith("io_uring is missing (ENOSYS)");
    assertThatThrownBy(() -> Platform.checkIoUring(() -> -Errno.ENOMEM, "0"))
        .hasMessage("io_uring does not work: io_uring_setup: Cannot allocate memory (ENOMEM)");
  }

  @Test
  void what_keeps_linux_aio_from_working_is_told() {
    assertThatCode(() -> Platform.checkAio(0)).doesNotThrowAnyException();
    assertThatThrownBy(() -> Platform.checkAio(Errno.EAGAIN))
        .hasMessageContaining("use all of fs.aio-max-nr, raise it");
    assertThatThrownBy(() -> Platform.checkAio(Errno.ENOSYS))
        .hasMessageContaining("io_setup: Function not implemented (ENOSYS); the kernel was built");
  }
}
