package io.vireo.daemon.rpc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.NoParameters;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/**
 * How much memory answers take, however many clients ask and do not read. The first of these is
 * rule 1 of the field's wire.
 */
@Timeout(60)
class AnswersTest {
  private static final int MIB = 1 << 20;

  record Repeat(int times) {}

  /** What no JSON can be made of, after its first item. */
  private static final class Broken extends AbstractList<String> {
    @Override
    public String get(int index) {
      if (index > 0) {
        throw new IllegalStateException("a bug");
      }
      return "x".repeat(100_000);
    }

    @Override
    public int size() {
      return 2;
    }
  }

  @TempDir Path dir;

  private final AtomicInteger repeated = new AtomicInteger();
  private final AtomicInteger counted = new AtomicInteger();
  private final CountDownLatch waiting = new CountDownLatch(8);
  private final CountDownLatch news = new CountDownLatch(1);
  private final MethodTable methods =
      new MethodTable(
          List.of(
              new Method<>("repeat", Repeat.class, this::repeat),
              new Method<>("count", NoParameters.class, p -> counted.incrementAndGet()),
              new Method<>("wait_get_news", NoParameters.class, p -> awaitNews()),
              new Method<>("news_get_count", NoParameters.class, p -> counted.incrementAndGet()),
              new Method<>("broken", NoParameters.class, p -> new Broken())));
  private final List<SocketChannel> channels = new ArrayList<>();
  private JsonRpcServer server;

  private String repeat(Repeat p) {
    repeated.incrementAndGet();
    return "x".repeat(p.times());
  }

  private Object awaitNews() {
    waiting.countDown();
    try {
      news.await();
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private void serve(AnswerRoom room) throws IOException {
    server =
        new JsonRpcServer(
            RpcSocket.claim(dir.resolve("rpc.sock")), methods, CallListener.NONE, room);
  }

  /** A room in which nobody is disconnected. */
  private static AnswerRoom room(long bytes) {
    return new AnswerRoom(bytes, Duration.ofDays(1));
  }

  @AfterEach
  void end() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
    server.close();
  }

  private SocketChannel connect() throws IOException {
    channels.add(SocketChannel.open(UnixDomainSocketAddress.of(dir.resolve("rpc.sock"))));
    return channels.getLast();
  }

  private JsonRpcClient client() throws IOException {
    return new JsonRpcClient(dir.resolve("rpc.sock"));
  }

  private static void send(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.replace('\'', '"').getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  private static String asking(long times) {
    return "{'id':1,'method':'repeat','params':{'times':" + times + "}}";
  }

  /** Waits until the answer is on its way: nothing of it is sent before it is whole. */
  private static void readOneByte(SocketChannel channel) throws IOException {
    assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(1);
  }

  /** How much comes until the end of the connection. */
  private static long readAll(SocketChannel channel) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(MIB);
    long all = 0;
    for (int count = 0; count >= 0; count = channel.read(chunk.clear())) {
      all += count;
    }
    return all;
  }

  @Test
  @DisplayName("1: an answer may have 32 MiB")
  void an_answer_may_be_as_long_as_in_the_field() throws IOException {
    serve(new AnswerRoom());
    try (JsonRpcClient client = client()) {
      int times = 32 * MIB - 100;
      assertThat(client.call("repeat", Map.of("times", times)).stringValue()).hasSize(times);
    }
  }

  @Test
  void an_answer_that_needs_more_than_all_the_room_is_refused_and_the_next_one_is_not()
      throws IOException {
    serve(room(MIB));
    SocketChannel channel = connect();
    send(channel, "[" + asking(100) + "," + asking(2 * MIB) + "," + asking(MIB / 2) + "]");
    ValueReader reader = new ValueReader(Long.MAX_VALUE, Integer.MAX_VALUE);
    JsonNode answers = null;
    ByteBuffer chunk = ByteBuffer.allocate(MIB);
    while (answers == null && channel.read(chunk.clear()) >= 0) {
      reader.feed(chunk.array(), chunk.position());
      answers = reader.next();
    }
    assertThat(answers).hasSize(3);
    assertThat(answers.get(0).path("result").stringValue()).hasSize(100);
    assertThat(answers.get(1).path("error").toString())
        .isEqualTo(
            "{\"code\":-32603,\"message\":\"Internal error: the answer has more than 1048576"
                + " bytes\"}");
    assertThat(answers.get(2).path("result").stringValue()).hasSize(MIB / 2);
  }

  @Test
  void requests_of_a_client_that_does_not_read_are_not_carried_out() throws IOException {
    serve(new AnswerRoom());
    SocketChannel deaf = connect();
    send(deaf, asking(10 * MIB).repeat(100));
    readOneByte(deaf);
    try (JsonRpcClient other = client()) {
      assertThat(other.call("count", null).intValue()).isEqualTo(1);
    }
    assertThat(repeated).as("10 MiB fit in no socket").hasValue(1);
  }

  @Test
  void a_batch_of_a_client_that_does_not_read_goes_no_further() throws IOException {
    serve(new AnswerRoom());
    SocketChannel deaf = connect();
    String all = (asking(10 * MIB) + ",").repeat(500);
    send(deaf, "[" + all + "{'id':2,'method':'count'}]");
    readOneByte(deaf);
    try (JsonRpcClient other = client()) {
      assertThat(other.call("count", null).intValue()).isEqualTo(1);
    }
    assertThat(repeated).hasValue(1);
  }

  @Test
  void who_does_not_read_is_disconnected_when_others_need_the_room() throws IOException {
    serve(new AnswerRoom(4 * MIB, Duration.ZERO));
    SocketChannel first = connect();
    send(first, asking(3 * MIB));
    readOneByte(first);
    try (JsonRpcClient other = client()) {
      for (int i = 0; i < 3; i++) {
        assertThat(other.call("repeat", Map.of("times", 3 * MIB)).stringValue()).hasSize(3 * MIB);
      }
    }
    assertThat(readAll(first)).isLessThan(3 * MIB);
  }

  @Test
  void the_one_who_read_longest_ago_goes_first_and_others_stay() throws IOException {
    serve(new AnswerRoom(5 * MIB, Duration.ZERO));
    SocketChannel first = connect();
    send(first, asking(2 * MIB));
    readOneByte(first);
    SocketChannel second = connect();
    send(second, asking(2 * MIB));
    readOneByte(second);
    try (JsonRpcClient other = client()) {
      assertThat(other.call("repeat", Map.of("times", 2 * MIB)).stringValue()).hasSize(2 * MIB);
    }
    assertThat(readAll(first)).isLessThan(2 * MIB);
    second.shutdownOutput();
    assertThat(readAll(second)).isGreaterThan(2 * MIB);
  }

  @Test
  void sixty_four_clients_that_ask_for_more_than_there_is_room_get_it_one_after_the_other()
      throws Exception {
    serve(room(2 * MIB));
    List<SocketChannel> clients = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      clients.add(connect());
      send(clients.getLast(), asking(MIB));
      clients.getLast().shutdownOutput();
    }
    List<Thread> readers = new ArrayList<>();
    AtomicInteger whole = new AtomicInteger();
    for (SocketChannel client : clients) {
      readers.add(Thread.ofPlatform().start(() -> countWhole(client, whole)));
    }
    for (Thread reader : readers) {
      reader.join();
    }
    assertThat(whole).hasValue(64);
  }

  private static void countWhole(SocketChannel client, AtomicInteger whole) {
    try {
      if (readAll(client) > MIB) {
        whole.incrementAndGet();
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void those_who_wait_for_something_to_happen_hold_nobody_up() throws Exception {
    serve(new AnswerRoom());
    for (int i = 0; i < 8; i++) {
      send(connect(), "{'id':1,'method':'wait_get_news'}");
    }
    waiting.await();
    try (JsonRpcClient other = client()) {
      for (int i = 1; i <= 2000; i++) { // far too many to wait before each
        assertThat(other.call("news_get_count", null).intValue()).isEqualTo(i);
      }
    }
    news.countDown();
    for (SocketChannel channel : channels) {
      readOneByte(channel);
    }
  }

  @Test
  void a_client_that_leaves_amid_its_answer_leaves_its_room() throws IOException {
    serve(room(2 * MIB));
    for (int i = 0; i < 5; i++) {
      SocketChannel leaving = connect();
      send(leaving, asking(3 * MIB / 2));
      readOneByte(leaving);
      leaving.close();
    }
    try (JsonRpcClient other = client()) {
      assertThat(other.call("repeat", Map.of("times", 3 * MIB / 2)).stringValue()).isNotEmpty();
    }
  }

  @Test
  void the_end_does_not_wait_for_who_waits_for_room() throws IOException {
    serve(room(2 * MIB));
    SocketChannel deaf = connect();
    send(deaf, asking(3 * MIB / 2));
    readOneByte(deaf);
    send(connect(), asking(3 * MIB / 2));
    while (repeated.get() < 2) {
      Thread.onSpinWait();
    }
    server.close();
    assertThat(readAll(deaf)).isLessThan(3 * MIB / 2);
  }

  @Test
  void an_answer_that_cannot_be_made_is_an_error_and_nothing_of_it_is_sent() throws IOException {
    serve(new AnswerRoom());
    try (JsonRpcClient client = client()) {
      try {
        client.call("broken", null);
        throw new AssertionError("answered");
      } catch (RpcException e) {
        assertThat(e.code()).isEqualTo(-32603);
        assertThat(e).hasMessageStartingWith("Internal error: ").hasMessageContaining("a bug");
      }
      assertThat(client.call("count", null).intValue()).isEqualTo(1);
    }
  }
}
