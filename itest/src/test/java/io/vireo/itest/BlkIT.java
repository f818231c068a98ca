package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** {@code vireo blk} as hypervisor stacks start it, with real guests. */
@Timeout(300)
class BlkIT {
  private static final int MIB = 1 << 20;

  @TempDir Path dir;
  private Path image;
  private Path socket;

  @BeforeEach
  void make() throws IOException {
    image = Files.write(dir.resolve("disk.img"), new byte[16 * MIB]);
    socket = dir.resolve("vm.sock");
  }

  /** By the name that QEMU's tools know. */
  private List<String> command(String... options) throws IOException {
    Path program = dir.resolve("vireo-blk");
    if (!Files.exists(program)) {
      Files.createSymbolicLink(program, Repository.LAUNCHER);
    }
    List<String> command = new ArrayList<>(List.of(program.toString(), "--blk-file=" + image));
    command.addAll(List.of(options));
    return command;
  }

  private Child start(String... options) throws Exception {
    Child disk = new Child(command(options));
    Await.until("it serves", () -> serves(disk));
    return disk;
  }

  private static boolean serves(Child disk) {
    if (!disk.isAlive()) {
      throw new AssertionError("it has ended: " + disk.output());
    }
    return disk.output().contains(" serves ");
  }

  /** With descriptor 3, once somebody listens at the socket. */
  private Child passing(String kind) throws Exception {
    Path script = dir.resolve("pass-socket");
    try (var resource = BlkIT.class.getResourceAsStream("pass-socket")) {
      Files.copy(resource, script);
    }
    List<String> command =
        new ArrayList<>(List.of("perl", script.toString(), kind, socket.toString()));
    command.addAll(command("--fd=3"));
    Child disk = new Child(command);
    Await.until("somebody listens", () -> Files.exists(socket));
    return disk;
  }

  private void writeFromGuest(int block) throws Exception {
    try (Guest guest = Guest.in(dir).disk(socket).boot()) {
      guest.run("echo block%1$d | dd of=/dev/vda bs=512 seek=%1$d conv=fsync".formatted(block));
      assertThat(guest.run("cat /sys/block/vda/serial")).isEqualTo("disk.img");
      assertThat(guest.run("blockdev --getsize64 /dev/vda")).isEqualTo("" + 16 * MIB);
      guest.powerOff();
    }
    assertThat(text(block)).startsWith("block" + block + "\n");
  }

  private String text(int block) throws IOException {
    byte[] all = Files.readAllBytes(image);
    return new String(all, block * 512, 16, StandardCharsets.US_ASCII);
  }

  @Test
  void guests_come_and_go_at_a_path_until_sigterm() throws Exception {
    try (Child disk = start("--socket-path=" + socket)) {
      writeFromGuest(1);
      writeFromGuest(2);
      disk.terminate();
      assertThat(disk.status()).isZero();
    }
    assertThat(socket).doesNotExist();
  }

  @Test
  void at_a_passed_socket_that_listens_they_come_and_go_too() throws Exception {
    try (Child disk = passing("listening")) {
      writeFromGuest(1);
      writeFromGuest(2);
      disk.terminate();
      assertThat(disk.status()).isZero();
    }
  }

  @Test
  void a_passed_connection_ends_it_with_status_0_when_the_guest_goes() throws Exception {
    try (Child disk = passing("connected")) {
      writeFromGuest(1);
      assertThat(disk.status()).as(disk.output()).isZero();
    }
  }

  @Test
  void a_guest_sees_the_serial_and_that_it_may_only_read() throws Exception {
    byte[] before = Files.readAllBytes(image);
    try (Child disk = start("--socket-path=" + socket, "--read-only", "--serial=ABC123");
        Guest guest = Guest.in(dir).disk(socket).boot()) {
      assertThat(guest.run("cat /sys/block/vda/ro")).isEqualTo("1");
      assertThat(guest.run("cat /sys/block/vda/serial")).isEqualTo("ABC123");
      assertThat(guest.attempt("dd if=/dev/urandom of=/dev/vda count=1").status()).isNotZero();
      guest.run("dd if=/dev/vda of=/dev/null bs=1M iflag=direct");
      assertThat(disk.isAlive()).isTrue();
    }
    assertThat(Files.readAllBytes(image)).isEqualTo(before);
  }

  private static String call(Path rpc, String... words) throws Exception {
    List<String> command =
        new ArrayList<>(List.of(Repository.LAUNCHER.toString(), "rpc", "-s", rpc.toString()));
    command.addAll(List.of(words));
    return Child.run(0, command, Map.of());
  }

  @Test
  void with_a_socket_for_json_rpc_it_can_be_looked_at_and_is_as_its_options_say() throws Exception {
    Path rpc = dir.resolve("rpc.sock");
    String path = "--socket-path=" + socket;
    String[] options = {"--num-queues=3", "--queue-size=256", "--block-size=4096"};
    try (Child disk = start(path, "--rpc-socket=" + rpc, options[0], options[1], options[2])) {
      assertThat(call(rpc, "vhost_get_controllers"))
          .contains("\"ctrlr\": \"disk.img\"", socket.toString());
      assertThat(call(rpc, "framework_get_config", "--name", "vhost_blk"))
          .contains("\"num_queues\": 3", "\"queue_size\": 256");
      assertThat(call(rpc, "bdev_get_bdevs")).contains("\"block_size\": 4096");
      disk.terminate();
      assertThat(disk.status()).isZero();
    }
    assertThat(rpc).doesNotExist();
  }

  @Test
  void what_cannot_be_served_is_one_sentence_and_leaves_no_socket() throws Exception {
    assertRefused("vireo blk: descriptor 9 is not", "--fd=9");
    String path = "--socket-path=" + socket;
    try (Child disk = start(path)) {
      Path other = dir.resolve("other.sock");
      assertRefused(
          "vireo blk: " + image + " is in use by another program", "--socket-path=" + other);
      assertThat(other).doesNotExist();
      assertThat(disk.isAlive()).isTrue();
    }
    Files.delete(socket);
    Files.delete(image);
    assertRefused("vireo blk: open of " + image + ": No such file or directory", path);
    Files.createDirectory(image);
    assertRefused("vireo blk: " + image + " is neither a file nor a block device", path);
    assertThat(socket).doesNotExist();
  }

  private void assertRefused(String sentence, String... options) throws Exception {
    String said = Child.run(1, command(options), Map.of());
    assertThat(said).startsWith(sentence).doesNotContain("\n");
  }
}
