package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Errno;
import io.vireo.linux.UnixSocket;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Controllers and their sockets. */
class ControllerTest {
  @TempDir Path dir;

  private final FakeDevice device = new FakeDevice(1, 256);
  private TestTarget target;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
  }

  @AfterEach
  void close() {
    target.close();
  }

  private static void assertRefused(int errno, String message, ThrowingCallable operation) {
    assertThatThrownBy(operation)
        .isInstanceOfSatisfying(VhostException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessage(message);
  }

  @Test
  void a_controller_has_a_socket_of_its_name_for_owner_and_group() throws IOException {
    VhostController controller = target.create("vhost.0", device);
    Path socket = controller.socket().orElseThrow();
    assertThat(socket).isEqualTo(dir.resolve("vhost.0"));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(socket)))
        .isEqualTo("rw-rw----");
    assertThat(controller.name()).isEqualTo("vhost.0");
    assertThat(controller.device()).isSameAs(device);
    assertThat(target.server.controllers()).containsExactly(controller);
    assertThat(target.server.find("vhost.0")).hasValue(controller);
  }

  @Test
  void a_controller_that_cannot_start_leaves_nothing() {
    device.refusesListeners = true;
    int before = Footprint.whenQuiet(target, "none").descriptors();
    assertThatThrownBy(() -> target.create("disk", device)).hasMessage("no listeners");
    assertThat(Footprint.whenQuiet(target, "none").descriptors()).isEqualTo(before);
    assertThat(dir).isEmptyDirectory();
    assertThat(target.server.find("disk")).isEmpty();
    device.refusesListeners = false;
    target.create("disk", device);
  }

  @Test
  void each_controller_serves_its_own_device() {
    target.create("one", device);
    target.create("two", new FakeDevice(2, 256));
    try (VhostUserFrontend one = target.connect("one");
        VhostUserFrontend two = target.connect("two")) {
      assertThat(one.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(1);
      assertThat(two.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(2);
    }
  }

  @Test
  void a_name_must_be_new_and_name_a_file() {
    target.create("disk", device);
    assertRefused(Errno.EEXIST, "controller disk exists", () -> target.create("disk", device));
    for (String name : List.of("", ".", "..", "a/b", "/abs")) {
      assertRefused(
          Errno.EINVAL,
          "controller name '" + name + "' does not name a socket file",
          () -> target.create(name, device));
    }
    assertRefused(
        Errno.EINVAL,
        "controller name 'a\\u001b[2J\\nb' has characters that cannot be printed",
        () -> target.create("a\033[2J\nb", device));
    assertRefused(
        Errno.EINVAL,
        "controller name '%s...' has 256 bytes in UTF-8, more than 255".formatted("x".repeat(40)),
        () -> target.create("x".repeat(256), device));
    assertThat(target.server.controllers()).hasSize(1);
  }

  @Test
  void a_path_longer_than_107_bytes_is_refused() {
    int room = UnixSocket.MAX_PATH_BYTES - dir.toString().length() - 1;
    String longest = "x".repeat(room);
    target.create(longest, device);
    String longer = longest + "x";
    assertRefused(
        Errno.ENAMETOOLONG,
        "socket path %s has 108 bytes, more than 107".formatted(dir.resolve(longer)),
        () -> target.create(longer, device));
  }

  @Test
  void a_mask_must_have_a_cpu_with_a_reactor() {
    BitSet none = new BitSet();
    none.set(1000);
    assertThatThrownBy(
            () -> target.server.create("disk", device, ControllerOptions.DEFAULT.cpuMask(none)))
        .isInstanceOf(VhostException.class)
        .hasMessageContaining("has none of the CPUs with a reactor");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void a_socket_that_a_dead_target_left_is_replaced() {
    UnixSocket.listen(dir.resolve("disk"), 0600, 1).close();
    assertThat(dir.resolve("disk")).exists();
    target.create("disk", device);
    try (VhostUserFrontend frontend = target.connect("disk")) {
      assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(1);
    }
  }

  @Test
  void a_socket_that_somebody_listens_at_is_not_replaced() {
    try (UnixSocket other = UnixSocket.listen(dir.resolve("disk"), 0600, 1)) {
      assertRefused(
          Errno.EADDRINUSE,
          "another program listens at socket " + dir.resolve("disk"),
          () -> target.create("disk", device));
      assertThat(UnixSocket.isListening(dir.resolve("disk"))).isTrue();
      assertThat(other.accept()).isPresent();
    }
    assertThat(target.server.controllers()).isEmpty();
  }

  @Test
  void a_deleted_controller_leaves_no_file_and_takes_nobody_any_more() {
    VhostController controller = target.create("disk", device);
    assertThat(target.server.delete("disk")).isSameAs(controller);
    assertThat(dir).isEmptyDirectory();
    assertThat(target.server.controllers()).isEmpty();
    assertRefused(Errno.ENODEV, "there is no controller disk", () -> target.server.delete("disk"));
    target.create("disk", device);
  }

  @Test
  void a_controller_is_not_deleted_while_somebody_is_connected() {
    target.create("disk", device);
    VhostUserFrontend frontend = target.connect("disk");
    frontend.negotiate(FakeDevice.FEATURES, ProtocolFeatures.OFFERED);
    assertRefused(
        Errno.EBUSY, "controller disk has 1 connections", () -> target.server.delete("disk"));
    assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(1);
    frontend.close();
    target.awaitNoSessions("disk");
    target.server.delete("disk");
  }

  @Test
  void a_device_is_heard_only_while_its_controller_lives() {
    target.create("disk", device);
    target.server.delete("disk");
    device.change();
    target.create("again", device);
    try (VhostUserFrontend frontend = target.connect("again")) {
      frontend.negotiate(FakeDevice.FEATURES, ProtocolFeatures.OFFERED);
      frontend.openBackendChannel();
      device.change();
      assertThat(frontend.awaitBackendRequest()).isPresent();
    }
  }

  @Test
  void connections_beyond_the_limit_are_closed_and_the_others_stay() {
    VhostController controller = target.create("disk", device);
    List<VhostUserFrontend> all = new ArrayList<>();
    for (int i = 0; i < VhostController.MAX_SESSIONS; i++) {
      all.add(target.connect("disk"));
    }
    Await.until(
        () -> controller.sessions().size() == VhostController.MAX_SESSIONS, "all are connected");
    try (VhostUserFrontend tooMuch = target.connect("disk")) {
      assertThat(tooMuch.awaitEnd()).isTrue();
    }
    assertThat(all.getFirst().askNumber(Request.GET_QUEUE_NUM)).isEqualTo(1);
    assertThat(all.getLast().askNumber(Request.GET_QUEUE_NUM)).isEqualTo(1);
    all.forEach(VhostUserFrontend::close);
    target.awaitNoSessions("disk");
  }

  @Test
  void the_server_closes_with_front_ends_connected_and_removes_its_sockets() {
    target.create("one", device);
    target.create("two", device);
    VhostUserFrontend frontend = target.connect("two");
    frontend.negotiate(FakeDevice.FEATURES, ProtocolFeatures.OFFERED);
    target.server.close();
    assertThat(frontend.awaitEnd()).isTrue();
    assertThat(dir).isEmptyDirectory();
    frontend.close();
  }

  @Test
  void a_missing_directory_is_told() {
    TestTarget lost = new TestTarget(dir.resolve("none"));
    assertThatThrownBy(() -> lost.create("disk", device))
        .hasMessage(
            "no socket can be made at %s: open of %s: No such file or directory (ENOENT)"
                .formatted(dir.resolve("none/disk"), dir.resolve("none")));
    lost.close();
  }
}
