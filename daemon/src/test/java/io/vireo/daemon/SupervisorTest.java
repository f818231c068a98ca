package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.newsclub.net.unix.AFUNIXDatagramSocket;
import org.newsclub.net.unix.AFUNIXSocketAddress;
import org.slf4j.LoggerFactory;

/** What a service manager is told, sd_notify(3). */
@Timeout(60)
class SupervisorTest {
  @TempDir Path dir;

  private static AFUNIXDatagramSocket listen(AFUNIXSocketAddress address) throws IOException {
    AFUNIXDatagramSocket socket = AFUNIXDatagramSocket.newInstance();
    socket.bind(address);
    return socket;
  }

  private static String next(AFUNIXDatagramSocket socket) throws IOException {
    DatagramPacket packet = new DatagramPacket(new byte[100], 100);
    socket.receive(packet);
    return new String(packet.getData(), 0, packet.getLength(), StandardCharsets.US_ASCII);
  }

  private static Supervisor at(String socket) {
    return new Supervisor(socket, LoggerFactory.getLogger(SupervisorTest.class));
  }

  @Test
  void a_target_says_when_its_sockets_are_there_and_when_it_ends() throws Exception {
    Path socket = dir.resolve("notify");
    try (AFUNIXDatagramSocket manager = listen(AFUNIXSocketAddress.of(socket));
        TargetProcess target = new TargetProcess(dir, Map.of("NOTIFY_SOCKET", socket.toString()))) {
      assertThat(next(manager)).isEqualTo("READY=1");
      assertThat(Files.exists(target.rpcSocket())).isTrue();
      target.connect().close();
      target.signal("TERM");
      assertThat(next(manager)).isEqualTo("STOPPING=1");
    }
  }

  @Test
  void a_name_may_be_in_the_abstract_space() throws IOException {
    String name = "vireo-test-" + UUID.randomUUID();
    try (AFUNIXDatagramSocket manager = listen(AFUNIXSocketAddress.inAbstractNamespace(name))) {
      at("@" + name).ready();
      assertThat(next(manager)).isEqualTo("READY=1");
    }
  }

  @Test
  void who_cannot_be_told_does_not_stop_anything() {
    at(null).ready();
    at(dir.resolve("nobody").toString()).ready();
    at("/" + "x".repeat(200)).stopping();
    at("@" + "x".repeat(200)).stopping();
  }
}
