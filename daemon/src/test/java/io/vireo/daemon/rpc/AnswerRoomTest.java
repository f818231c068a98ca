package io.vireo.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** How much memory answers take, however many clients ask and do not read. */
class AnswerRoomTest extends AnswersFixture {
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
}
