package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.IoType;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.ModuleCalls;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class UringModuleTest {
  @TempDir private Path folder;
  private final ModuleCalls calls = new ModuleCalls();
  private Path file;
  private int descriptors;

  @BeforeEach
  void make() throws IOException {
    file = folder.resolve("disk.img");
    TestFiles.resize(file, 1 << 20);
    descriptors = openDescriptors();
  }

  @AfterEach
  void nothing_is_left_open() throws IOException {
    calls.clear();
    assertThat(openDescriptors()).isEqualTo(descriptors);
  }

  private static int openDescriptors() throws IOException {
    try (var open = Files.list(Path.of("/proc/self/fd"))) {
      return (int) open.count();
    }
  }

  private Object create(Path path, int blockBytes) {
    return calls.call("bdev_uring_create", new UringCreate(path.toString(), "U", blockBytes, null));
  }

  private void assertRefused(Path path, int blockBytes, int errno, String sentence) {
    UringCreate parameters = new UringCreate(path.toString(), "U", blockBytes, null);
    calls
        .refusal("bdev_uring_create", parameters)
        .satisfies(
            e ->
                assertThat(e instanceof ErrnoException n ? n.errno() : ((BdevException) e).errno())
                    .isEqualTo(errno))
        .hasMessageContaining(sentence);
    assertThat(calls.bdevs.all()).isEmpty();
  }

  @Test
  void creates_saves_and_deletes() {
    UUID uuid = UUID.fromString("2b6601ba-eada-44fb-9a83-a20eb9eb9e90");
    UringCreate all = new UringCreate(file.toString(), "U", 512, uuid);
    assertThat(calls.call("bdev_uring_create", all)).isEqualTo("U");
    Bdev bdev = calls.bdevs.require("U");
    assertThat(bdev.productName()).isEqualTo("URING bdev");
    assertThat(bdev.blocks()).isEqualTo(2048);
    assertThat(bdev.uuid()).isEqualTo(uuid);
    assertThat(bdev.readOnly()).isFalse();
    assertThat(bdev.writeCache()).isTrue();
    assertThat(bdev.geometry().physicalBlockBytes()).isEqualTo(4096);
    assertThat(bdev.geometry().preferredUnmapGranularityBlocks()).isEqualTo(8);
    for (IoType type : IoType.values()) {
      assertThat(bdev.supports(type)).as("%s", type).isTrue();
    }
    assertThat((Map<?, ?>) bdev.driverSpecific().get("uring"))
        .hasToString("{%s}".formatted(driverSpecific(bdev)));
    assertThat(calls.configuration())
        .singleElement()
        .isEqualTo(new ConfigEntry("bdev_uring_create", all, "U"));
    assertThat(calls.call("bdev_uring_delete", new UringDelete("U"))).isEqualTo(true);
    assertThat(calls.bdevs.all()).isEmpty();
  }

  private String driverSpecific(Bdev bdev) {
    Map<?, ?> uring = (Map<?, ?>) bdev.driverSpecific().get("uring");
    assertThat(uring.get("filename")).isEqualTo(file.toString());
    assertThat(uring.get("direct")).isInstanceOf(Boolean.class);
    return uring.toString().substring(1, uring.toString().length() - 1);
  }

  @Test
  void the_block_of_a_file_is_4096_unless_asked_otherwise() {
    create(file, 0);
    assertThat(calls.bdevs.require("U").blockBytes()).isEqualTo(4096);
  }

  @Test
  void what_does_not_exist_is_refused_in_the_systems_words() {
    Path missing = folder.resolve("missing");
    assertRefused(missing, 0, Errno.ENOENT, missing + ": No such file or directory (ENOENT)");
  }

  @Test
  void a_folder_a_fifo_and_a_terminal_are_no_disks() throws Exception {
    assertRefused(folder, 0, Errno.EINVAL, folder + " is neither a file nor a block device");
    Path fifo = folder.resolve("fifo");
    assertThat(new ProcessBuilder("mkfifo", fifo.toString()).inheritIO().start().waitFor())
        .isZero();
    assertRefused(fifo, 0, Errno.EINVAL, fifo + " is neither a file nor a block device");
    assertRefused(
        Path.of("/dev/null"), 0, Errno.EINVAL, "/dev/null is neither a file nor a block device");
  }

  @Test
  void sizes_that_do_not_fit_blocks_are_refused() throws IOException {
    TestFiles.resize(file, 0);
    assertRefused(file, 0, Errno.EINVAL, file + " is empty, a bdev has at least one block");
    TestFiles.resize(file, 4096 + 512);
    assertRefused(
        file, 0, Errno.EINVAL, "size 4608 of " + file + " is no multiple of the block size 4096");
    create(file, 512);
    assertThat(calls.bdevs.require("U").blocks()).isEqualTo(9);
  }

  @Test
  void blocks_that_are_none_are_refused() {
    for (int bad : new int[] {1, 511, 520, 3000, -512}) {
      assertRefused(
          file, bad, Errno.EINVAL, "block size " + bad + " is not a power of two of at least 512");
    }
  }

  @Test
  void a_file_that_nobody_may_write_becomes_a_read_only_disk() throws IOException {
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--r--r--"));
    create(file, 0);
    Bdev bdev = calls.bdevs.require("U");
    assertThat(bdev.readOnly()).isTrue();
    assertThat(bdev.supports(IoType.UNMAP)).isFalse();
  }

  @Test
  void a_name_that_is_taken_or_none_leaves_the_file_closed() throws IOException {
    create(file, 0);
    int before = openDescriptors();
    calls
        .refusal("bdev_uring_create", new UringCreate(file.toString(), "U", 0, null))
        .hasMessage("bdev U exists already");
    calls
        .refusal("bdev_uring_create", new UringCreate(file.toString(), "", 0, null))
        .hasMessageContaining("name");
    assertThat(openDescriptors()).isEqualTo(before);
  }

  @Test
  void looking_at_a_file_changes_nothing_in_it() throws IOException {
    byte[] content = new byte[1 << 20];
    new Random(1).nextBytes(content);
    Files.write(file, content);
    create(file, 512);
    assertThat(Files.readAllBytes(file)).isEqualTo(content);
    assertThat(Files.size(file)).isEqualTo(content.length);
  }
}
