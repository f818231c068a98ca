package io.vireo.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.bdev.module.Method;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Where the server listens, and where it does not. */
@Timeout(60)
class RpcSocketTest {
  record None() {}

  @TempDir Path dir;

  private final AtomicInteger called = new AtomicInteger();
  private final MethodTable methods =
      new MethodTable(List.of(new Method<>("count", None.class, p -> called.incrementAndGet())));
  private Path path;
  private JsonRpcServer server;

  @BeforeEach
  void start() throws IOException {
    path = dir.resolve("rpc.sock");
    server = new JsonRpcServer(RpcSocket.claim(path), methods, CallListener.NONE);
  }

  @AfterEach
  void stop() throws IOException {
    server.close();
  }

  @Test
  void the_socket_is_for_its_user_alone() throws IOException {
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
        .isEqualTo("rw-------");
  }

  @Test
  void the_end_removes_the_socket() throws IOException {
    server.close();
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void a_path_in_use_is_refused_and_its_owner_goes_on() throws IOException {
    assertThatIOException()
        .isThrownBy(() -> new JsonRpcServer(RpcSocket.claim(path), methods, CallListener.NONE))
        .withMessage(
            "another program uses socket %s: it holds the lock of %s.lock".formatted(path, path));
    assertThatIOException()
        .isThrownBy(() -> new JsonRpcServer(RpcSocket.claim(path), methods, CallListener.NONE));
    try (JsonRpcClient client = new JsonRpcClient(path)) {
      assertThat(client.call("count", null).intValue()).isEqualTo(1);
    }
  }

  @Test
  void a_socket_that_nobody_serves_is_replaced() throws IOException {
    Path stale = dir.resolve("stale.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(stale));
    }
    assertThat(stale).exists();
    try (JsonRpcServer second =
            new JsonRpcServer(RpcSocket.claim(stale), methods, CallListener.NONE);
        JsonRpcClient client = new JsonRpcClient(stale)) {
      assertThat(second).isNotNull();
      assertThat(client.call("count", null).intValue()).isEqualTo(1);
    }
  }

  @Test
  void a_file_that_is_no_socket_is_left_alone() throws IOException {
    Path file = Files.writeString(dir.resolve("file"), "precious");
    assertThatIOException()
        .isThrownBy(() -> new JsonRpcServer(RpcSocket.claim(file), methods, CallListener.NONE))
        .withMessage(file + " exists and is no socket");
    assertThat(file).hasContent("precious");
  }

  @Test
  void a_path_that_no_socket_can_have_is_refused() {
    Path longest = dir.resolve("x".repeat(105 - dir.toString().length()));
    assertThat(longest.toString()).hasSize(RpcSocket.MAX_PATH_BYTES);
    assertThatIOException()
        .isThrownBy(
            () ->
                new JsonRpcServer(
                    RpcSocket.claim(Path.of(longest + "x")), methods, CallListener.NONE))
        .withMessage("socket path " + longest + "x has 107 bytes, more than 106");
    assertThatIOException()
        .isThrownBy(
            () ->
                new JsonRpcServer(
                    RpcSocket.claim(dir.resolve("none/rpc.sock")), methods, CallListener.NONE))
        .withMessageContaining(dir + "/none/rpc.sock")
        .withMessageContaining("No such file or directory");
  }

  @Test
  void the_longest_path_is_served() throws IOException {
    Path longest = dir.resolve("x".repeat(105 - dir.toString().length()));
    try (JsonRpcServer second =
            new JsonRpcServer(RpcSocket.claim(longest), methods, CallListener.NONE);
        JsonRpcClient client = new JsonRpcClient(longest)) {
      assertThat(second).isNotNull();
      assertThat(client.call("count", null).intValue()).isEqualTo(1);
    }
  }
}
