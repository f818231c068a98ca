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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A server with little room for answers, and clients that read them or do not. */
@Timeout(60)
abstract class AnswersFixture {
  static final int MIB = 1 << 20;

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

  final AtomicInteger repeated = new AtomicInteger();
  private final AtomicInteger counted = new AtomicInteger();
  final CountDownLatch waiting = new CountDownLatch(8);
  final CountDownLatch news = new CountDownLatch(1);
  private final MethodTable methods =
      new MethodTable(
          List.of(
              new Method<>("repeat", Repeat.class, this::repeat),
              new Method<>("count", NoParameters.class, p -> counted.incrementAndGet()),
              new Method<>("wait_get_news", NoParameters.class, p -> awaitNews()),
              new Method<>("news_get_count", NoParameters.class, p -> counted.incrementAndGet()),
              new Method<>("broken", NoParameters.class, p -> new Broken())));
  final List<SocketChannel> channels = new ArrayList<>();
  JsonRpcServer server;

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

  final void serve(AnswerRoom room) throws IOException {
    server =
        new JsonRpcServer(
            RpcSocket.claim(dir.resolve("rpc.sock")), methods, CallListener.NONE, room);
  }

  /** A room in which nobody is disconnected. */
  static AnswerRoom room(long bytes) {
    return new AnswerRoom(bytes, Duration.ofDays(1));
  }

  @AfterEach
  void end() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
    server.close();
  }

  final SocketChannel connect() throws IOException {
    channels.add(SocketChannel.open(UnixDomainSocketAddress.of(dir.resolve("rpc.sock"))));
    return channels.getLast();
  }

  final JsonRpcClient client() throws IOException {
    return new JsonRpcClient(dir.resolve("rpc.sock"));
  }

  static void send(SocketChannel channel, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.replace('\'', '"').getBytes(UTF_8));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
  }

  static String asking(long times) {
    return "{'id':1,'method':'repeat','params':{'times':" + times + "}}";
  }

  /** Waits until the answer is on its way: nothing of it is sent before it is whole. */
  static void readOneByte(SocketChannel channel) throws IOException {
    assertThat(channel.read(ByteBuffer.allocate(1))).isEqualTo(1);
  }

  /** How much comes until the end of the connection. */
  static long readAll(SocketChannel channel) throws IOException {
    ByteBuffer chunk = ByteBuffer.allocate(MIB);
    long all = 0;
    for (int count = 0; count >= 0; count = channel.read(chunk.clear())) {
      all += count;
    }
    return all;
  }
}
