package io.vireo.daemon.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Optional;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * Many clients at once, and the end. What they send and get: FieldSocketTest, FieldTransportTest.
 */
@Timeout(60)
class JsonRpcServerTest {
  record Echo(String text) {}

  record Repeat(@Optional("1") int times) {}

  record None() {}

  @TempDir Path dir;

  private final CountDownLatch inside = new CountDownLatch(1);
  private final CountDownLatch release = new CountDownLatch(1);
  private final CountDownLatch interrupted = new CountDownLatch(1);
  private final AtomicInteger called = new AtomicInteger();
  private final MethodTable methods =
      new MethodTable(
          List.of(
              new Method<>("echo", Echo.class, Echo::text),
              new Method<>("repeat", Repeat.class, p -> "x".repeat(p.times())),
              new Method<>("count", None.class, p -> called.incrementAndGet()),
              new Method<>("wait", None.class, p -> waitInside()),
              new Method<>("wait_for_news", None.class, p -> waitInterruptibly())));
  private Path path;
  private JsonRpcServer server;

  @BeforeEach
  void start() throws IOException {
    path = dir.resolve("rpc.sock");
    server = new JsonRpcServer(RpcSocket.claim(path), methods, CallListener.NONE);
  }

  @AfterEach
  void stop() throws IOException {
    release.countDown();
    server.close();
  }

  /** As a method that changes something must: an interrupt does not stop it half-way. */
  private Object waitInside() {
    inside.countDown();
    boolean interrupted = false;
    while (true) {
      try {
        release.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    return true;
  }

  private Object waitInterruptibly() {
    inside.countDown();
    try {
      release.await();
      return false;
    } catch (InterruptedException e) {
      interrupted.countDown();
      return true;
    }
  }

  @Test
  void clients_are_served_side_by_side() throws Exception {
    int clients = 16;
    CyclicBarrier together = new CyclicBarrier(clients);
    try (ExecutorService threads = Executors.newFixedThreadPool(clients)) {
      List<Future<Integer>> done = new ArrayList<>();
      for (int c = 0; c < clients; c++) {
        done.add(
            threads.submit(
                () -> {
                  try (JsonRpcClient client = new JsonRpcClient(path)) {
                    together.await();
                    int sum = 0;
                    for (int i = 0; i < 50; i++) {
                      sum += client.call("echo", Map.of("text", "abc")).stringValue().length();
                    }
                    return sum;
                  }
                }));
      }
      for (Future<Integer> future : done) {
        assertThat(future.get()).isEqualTo(150);
      }
    }
  }

  @Test
  void a_client_that_never_reads_holds_up_nobody_and_not_the_end() throws IOException {
    SocketChannel deaf = connect();
    send(deaf, "{\"id\":1,\"method\":\"repeat\",\"params\":{\"times\":10000000}}");
    try (JsonRpcClient other = new JsonRpcClient(path)) {
      assertThat(other.call("count", null).intValue()).isEqualTo(1);
    }
    ByteBuffer chunk = ByteBuffer.allocate(100_000);
    deaf.read(chunk.limit(1)); // so that the answer is on its way
    server.close();
    assertThat(server.clients()).as("left at the end").isZero();
    long read = 0;
    for (int count = 0; count >= 0; count = deaf.read(chunk.clear())) {
      read += count;
    }
    assertThat(read).isLessThan(10_000_000);
  }

  @Test
  void the_end_waits_for_a_method_that_is_at_work() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool();
        SocketChannel client = connect()) {
      send(client, "{\"id\":1,\"method\":\"wait\"}");
      inside.await();
      Future<?> end =
          threads.submit(
              () -> {
                server.close();
                return null;
              });
      assertThat(receive(client, Integer.MAX_VALUE)).isEmpty();
      assertThat(end).isNotDone();
      release.countDown();
      end.get();
    }
  }

  @Test
  void the_end_interrupts_a_method_that_waits_for_something_to_happen() throws Exception {
    try (SocketChannel client = connect()) {
      send(client, "{\"id\":1,\"method\":\"wait_for_news\"}");
      inside.await();
      server.close();
      assertThat(interrupted.getCount()).isZero();
    }
  }

  /** A thread that cannot be: what the JVM throws where the machine has none left. */
  private static final class NoThread extends Thread {
    @Override
    public void start() {
      throw new OutOfMemoryError("unable to create native thread");
    }
  }

  @Test
  void a_client_for_whom_there_is_no_thread_is_sent_away_and_the_next_is_served()
      throws IOException {
    AtomicInteger wanted = new AtomicInteger();
    ThreadFactory firstNone =
        work -> wanted.getAndIncrement() == 0 ? new NoThread() : new Thread(work);
    Path other = dir.resolve("other.sock");
    try (JsonRpcServer needy =
        new JsonRpcServer(
            RpcSocket.claim(other), methods, CallListener.NONE, new AnswerRoom(), firstNone)) {
      try (SocketChannel first = SocketChannel.open(UnixDomainSocketAddress.of(other))) {
        assertThat(first.read(ByteBuffer.allocate(1))).isEqualTo(-1);
      }
      try (JsonRpcClient second = new JsonRpcClient(other)) {
        assertThat(second.call("count", null).intValue()).isEqualTo(1);
        assertThat(needy.clients()).isEqualTo(1);
      }
    }
  }

  @Test
  void the_client_tells_errors_and_a_missing_target() throws IOException {
    try (JsonRpcClient client = new JsonRpcClient(path)) {
      assertThatExceptionOfType(RpcException.class)
          .isThrownBy(() -> client.call("nothing", null))
          .withMessage("Method not found: nothing")
          .matches(e -> e.code() == -32601);
      assertThat(client.call("echo", Map.of("text", "still here")).stringValue())
          .isEqualTo("still here");
    }
    assertThatIOException()
        .isThrownBy(() -> new JsonRpcClient(dir.resolve("none")))
        .withMessageStartingWith("cannot connect to " + dir.resolve("none") + ": ");
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(path));
  }

  private static void send(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  /** The next {@code count} answers, fewer when the connection ends before. */
  private static List<JsonNode> receive(SocketChannel channel, int count) throws IOException {
    ValueReader reader = new ValueReader(Long.MAX_VALUE, Integer.MAX_VALUE);
    ByteBuffer chunk = ByteBuffer.allocate(100_000);
    List<JsonNode> answers = new ArrayList<>();
    while (answers.size() < count && channel.read(chunk.clear()) >= 0) {
      reader.feed(chunk.array(), chunk.position());
      for (JsonNode value = reader.next(); value != null; value = reader.next()) {
        answers.add(value);
      }
    }
    return answers;
  }
}
