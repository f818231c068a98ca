package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Errno;
import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import io.vireo.linux.UnixSocket;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.Request;
import java.nio.file.Path;
import java.util.BitSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Sockets that another program has made. */
@Timeout(60)
class PassedSocketTest {
  @TempDir Path dir;

  private final FakeDevice device = new FakeDevice(1, 256);
  private TestTarget target;
  private UnixSocket listening;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    listening = UnixSocket.listen(dir.resolve("other's"), 0600, 8);
  }

  @AfterEach
  void close() {
    target.close();
    listening.close();
  }

  private VhostUserFrontend connect() {
    return VhostUserFrontend.connect(dir.resolve("other's"), TestTarget.TIMEOUT_MILLIS);
  }

  private VhostController create(int fd) {
    return target.server.create("disk", device, ControllerOptions.DEFAULT, VhostSocket.passed(fd));
  }

  private static void ask(VhostUserFrontend frontend) {
    assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(1);
  }

  @Test
  void at_one_that_listens_one_front_end_comes_after_the_other() {
    VhostController controller = create(Libc.dup(listening.fd()));
    assertThat(controller.socket()).isEmpty();
    for (int i = 0; i < 2; i++) {
      try (VhostUserFrontend frontend = connect()) {
        ask(frontend);
      }
    }
    target.awaitNoSessions("disk");
    assertThat(target.server.delete("disk")).isSameAs(controller);
    assertThat(dir.resolve("other's")).as("who made it removes it").exists();
  }

  @Test
  void a_connection_is_served_and_is_the_end() throws InterruptedException {
    VhostController controller;
    try (VhostUserFrontend frontend = connect()) {
      controller = create(accepted());
      ask(frontend);
      assertThat(controller.sessions()).hasSize(1);
    }
    controller.awaitEnd();
    assertThat(controller.sessions()).isEmpty();
  }

  @Test
  void a_connection_whose_front_end_went_before_anybody_looked_is_the_end()
      throws InterruptedException {
    connect().close();
    VhostController controller = create(accepted());
    controller.awaitEnd();
    assertThat(controller.sessions()).isEmpty();
  }

  @Test
  void closing_is_the_end_too_and_hangs_up() throws InterruptedException {
    try (VhostUserFrontend frontend = connect()) {
      VhostController controller = create(accepted());
      target.server.close();
      controller.awaitEnd();
      assertThat(frontend.awaitEnd()).isTrue();
    }
  }

  @Test
  void one_that_was_not_used_is_closed_with_what_refused_it() {
    BitSet none = new BitSet();
    none.set(1000);
    try (VhostUserFrontend frontend = connect()) {
      VhostSocket socket = VhostSocket.passed(accepted());
      assertThatThrownBy(
              () ->
                  target.server.create(
                      "disk", device, ControllerOptions.DEFAULT.cpuMask(none), socket))
          .isInstanceOf(VhostException.class);
      assertThat(frontend.awaitEnd()).isTrue();
    }
  }

  @Test
  void without_a_folder_each_controller_needs_a_socket_of_its_own() {
    try (VhostServer server = new VhostServer(null, target.mappings, target.reactors)) {
      assertThatThrownBy(() -> server.create("disk", device))
          .isInstanceOf(VhostException.class)
          .hasMessage("controller disk has no socket: there is no folder for them");
      Path path = dir.resolve("own");
      server.create("disk", device, ControllerOptions.DEFAULT, VhostSocket.at(path, 0600));
      assertThat(path).exists();
    }
    assertThat(dir.resolve("own")).doesNotExist();
  }

  @Test
  void what_is_no_such_socket_is_refused_and_stays_open() {
    int[] packets = Libc.socketpair(Libc.SOCK_SEQPACKET);
    assertRefused(packets[0], "descriptor %d is not a Unix stream socket");
    Libc.close(packets[0]);
    Libc.close(packets[1]);
    try (EventFd event = EventFd.create()) {
      assertRefused(event.fd(), "descriptor %d is not a socket");
    }
    assertRefused(-1, "descriptor %d is not open");
    UnixSocket[] pair = UnixSocket.pair();
    pair[1].close();
    VhostSocket.passed(pair[0].fd()).close(); // it has a peer, who went
  }

  private static void assertRefused(int fd, String sentence) {
    assertThatThrownBy(() -> VhostSocket.passed(fd))
        .isInstanceOfSatisfying(
            VhostException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EINVAL))
        .hasMessage(sentence.formatted(fd));
  }

  /** The other end of who has connected. */
  private int accepted() {
    return listening.accept().orElseThrow().fd();
  }
}
