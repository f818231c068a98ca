package io.vireo.linux;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Vireo needs of the machine: x86-64, Linux 6.1 or newer, io_uring, Linux AIO. */
public final class Platform {
  private static final int MAJOR = 6;
  private static final int MINOR = 1;
  private static final Pattern RELEASE = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);
  private static final Path IO_URING_DISABLED = Path.of("/proc/sys/kernel/io_uring_disabled");

  /** struct io_uring_params. */
  private static final int PARAMS_BYTES = 120;

  private static final String AGRONA_NEEDS = "jdk.internal.misc";

  private Platform() {}

  /**
   * Looks once, at the start of the program.
   *
   * @throws UnsupportedOperationException with one sentence for the operator
   */
  public static void check() {
    checkSystem(
        System.getProperty("os.name"),
        System.getProperty("os.arch"),
        System.getProperty("os.version"));
    checkIoUring(Platform::tryIoUring, ioUringDisabled());
    checkAio(-AioSignal.error());
  }

  /**
   * Looks for the JVM options that a program has to be started with. To be called before any native
   * call: the first one without permission would be given it, with a warning.
   *
   * @throws UnsupportedOperationException with one sentence that names those that are missing
   */
  public static void checkJvm() {
    Module module = Platform.class.getModule();
    String who = module.isNamed() ? module.getName() : "ALL-UNNAMED";
    List<String> missing = new ArrayList<>();
    if (!module.isNativeAccessEnabled()) {
      missing.add("--enable-native-access=" + who);
    }
    if (!Object.class.getModule().isOpen(AGRONA_NEEDS, module)) {
      missing.add("--add-opens=java.base/" + AGRONA_NEEDS + "=" + who);
    }
    if (!missing.isEmpty()) {
      throw new UnsupportedOperationException(
          "Vireo needs the JVM option%s %s"
              .formatted(missing.size() == 1 ? "" : "s", String.join(" and ", missing)));
    }
  }

  static void checkSystem(String os, String arch, String release) {
    if (!os.equals("Linux") || !arch.equals("amd64")) {
      throw new UnsupportedOperationException(
          "Vireo needs Linux on x86-64, this is " + os + " on " + arch);
    }
    Matcher version = RELEASE.matcher(release);
    int major = version.matches() ? Integer.parseInt(version.group(1)) : 0;
    int minor = version.matches() ? Integer.parseInt(version.group(2)) : 0;
    if (major < MAJOR || (major == MAJOR && minor < MINOR)) {
      throw new UnsupportedOperationException(
          "Vireo needs Linux " + MAJOR + "." + MINOR + " or newer, this is " + release);
    }
  }

  /**
   * @param attempt makes a ring and closes it; answers 0 or the negative errno
   * @param disabled kernel.io_uring_disabled, 0 where there is no such setting
   */
  static void checkIoUring(IntSupplier attempt, String disabled) {
    int errno = -attempt.getAsInt();
    if (errno == 0) {
      return;
    }
    if (errno == Errno.EPERM && !disabled.equals("0")) {
      throw new UnsupportedOperationException(
          "io_uring is switched off: kernel.io_uring_disabled is "
              + disabled
              + ", set it to 0 (sysctl -w kernel.io_uring_disabled=0)");
    }
    if (errno == Errno.EPERM) {
      throw new UnsupportedOperationException(
          "io_uring is refused (EPERM): a seccomp filter, as container runtimes install it, must let"
              + " io_uring_setup, io_uring_enter and io_uring_register through");
    }
    if (errno == Errno.ENOSYS) {
      throw new UnsupportedOperationException(
          "io_uring is missing (ENOSYS): the kernel was built without it, or a seccomp filter hides"
              + " io_uring_setup");
    }
    throw new UnsupportedOperationException(
        "io_uring does not work: io_uring_setup: "
            + Errno.text(errno)
            + " ("
            + Errno.name(errno)
            + ")");
  }

  /**
   * @param errno of io_setup, 0 when it works
   */
  static void checkAio(int errno) {
    if (errno == Errno.EAGAIN) {
      throw new UnsupportedOperationException(
          "Linux AIO has no room left: other programs use all of fs.aio-max-nr, raise it"
              + " (sysctl -w fs.aio-max-nr=1048576)");
    }
    if (errno != 0) {
      throw new UnsupportedOperationException(
          "Linux AIO does not work: io_setup: "
              + Errno.text(errno)
              + " ("
              + Errno.name(errno)
              + "); the kernel was built without it, or a seccomp filter must let io_setup, io_submit"
              + " and io_getevents through");
    }
  }

  private static int tryIoUring() {
    try (Arena arena = Arena.ofConfined()) {
      long params = arena.allocate(PARAMS_BYTES, 8).address();
      int fd = (int) Syscall.call(Syscall.IO_URING_SETUP, 1, params);
      if (fd < 0) {
        return fd;
      }
      Libc.close(fd);
      return 0;
    }
  }

  private static String ioUringDisabled() {
    try {
      return Files.readString(IO_URING_DISABLED).strip();
    } catch (IOException e) {
      return "0"; // kernels before 6.6 have no such setting
    }
  }
}
