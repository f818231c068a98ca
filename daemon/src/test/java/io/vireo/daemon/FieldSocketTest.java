package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.linux.Libc;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Rule 1 of the field's wire: the socket, its lock, and its limits. */
class FieldSocketTest extends RawClientFixture {
  private static final String ASK = "{'jsonrpc':'2.0','id':%d,'method':'rpc_get_methods'}";

  @Nested
  @DisplayName("1: who listens locks PATH.lock")
  class Rule1TheLockFile {
    private Path lock() {
      return dir.resolve("rpc.sock.lock");
    }

    private int open() {
      return Libc.open(lock().toString(), Libc.O_RDWR | Libc.O_CREAT, 0600);
    }

    @Test
    void the_lock_is_held_as_long_as_the_target_runs_and_its_file_goes_with_the_socket()
        throws IOException {
      int other = open();
      assertThat(Libc.tryLock(other)).isFalse();
      target.close();
      assertThat(dir).isEmptyDirectory();
      assertThat(Libc.tryLock(other)).isTrue();
      Libc.close(other);
    }

    @Test
    void a_path_whose_lock_another_program_holds_is_not_taken() throws IOException {
      target.close();
      int other = open();
      assertThat(Libc.tryLock(other)).isTrue();
      assertThatIOException()
          .isThrownBy(() -> new RunningTarget(dir))
          .withMessage(
              "another program uses socket %s/rpc.sock: it holds the lock of %s", dir, lock());
      assertThat(dir.resolve("rpc.sock")).doesNotExist();
      Libc.close(other); // as its death does
      target = new RunningTarget(dir);
      assertThat(target.call("rpc_get_methods")).isNotEmpty();
    }

    @Test
    void what_a_killed_program_left_of_both_is_replaced() throws IOException {
      target.close();
      Files.createFile(lock());
      try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
        dead.bind(UnixDomainSocketAddress.of(dir.resolve("rpc.sock")));
      }
      target = new RunningTarget(dir);
      assertThat(target.call("rpc_get_methods")).isNotEmpty();
    }
  }

  /** How long an answer may be: AnswersTest. */
  @Nested
  @DisplayName("1: a request has at most 256 KiB, 8192 values, an id of 128 characters")
  class Rule1TheLimits {
    private String padded(int bytes) {
      String request = ASK.formatted(1);
      return request.replace("{", "{" + " ".repeat(bytes - request.length()));
    }

    private void assertEnds(String sentence) {
      JsonNode error = client.receive().path("error");
      assertThat(error.path("code").intValue()).isEqualTo(-32700);
      assertThat(error.path("message").stringValue()).isEqualTo(sentence);
      client.assertEnd();
    }

    @Test
    void a_request_of_256_kib_is_served_and_a_longer_one_ends_its_connection() throws IOException {
      assertThat(client.ask(padded(256 * 1024)).has("result")).isTrue();
      client.send(padded(256 * 1024 + 1));
      assertEnds("Parse error: more than 262144 bytes in one value");
    }

    @Test
    void a_request_of_8192_values_is_served_and_a_larger_one_ends_its_connection()
        throws IOException {
      // Brackets, names and values count, as in the field: 6 for each request, 2 for the batch.
      String one = "{'id':1,'method':'spdk_get_version'}";
      String most = "[" + (one + ",").repeat(1364) + one + "]";
      assertThat(client.ask(most)).hasSize(1365);
      client.send(most.replace("]", ",1]"));
      assertEnds("Parse error: more than 8192 tokens in one value");
    }

    @Test
    void an_id_of_128_characters_comes_back_and_a_longer_one_is_no_id() throws IOException {
      String longest = "x".repeat(128);
      assertThat(client.ask(ASK.replace("%d", "'" + longest + "'")).path("id").stringValue())
          .isEqualTo(longest);
      JsonNode refused = client.ask(ASK.replace("%d", "'" + longest + "x'"));
      assertThat(code(refused)).isEqualTo(-32600);
      assertThat(refused.path("id").isNull()).isTrue();
    }

    @Test
    void a_connection_that_sent_too_much_is_the_only_one_that_ends() throws IOException {
      try (RawClient other = connect()) {
        other.send("{'id':1,'method':'" + "x".repeat(256 * 1024));
        other.receive();
        other.assertEnd();
      }
      assertThat(client.ask(ASK.formatted(1)).has("result")).isTrue();
    }
  }

  @Nested
  @DisplayName("1: 64 clients are served, the 65th waits for a place")
  class Rule1TheClients {
    @Test
    void the_65th_client_waits_until_another_leaves() throws Exception {
      List<RawClient> clients = new ArrayList<>(List.of(client));
      try (ExecutorService threads = Executors.newCachedThreadPool()) {
        while (clients.size() < 64) {
          clients.add(connect());
        }
        for (RawClient served : clients) {
          assertThat(served.ask(ASK.formatted(1)).has("result")).isTrue();
        }
        RawClient last = connect();
        clients.add(last);
        last.send(ASK.formatted(2));
        Future<JsonNode> answer = threads.submit(() -> last.receive());
        // The others are served while it waits, so its turn would have come.
        for (RawClient served : clients.subList(0, 64)) {
          served.ask(ASK.formatted(3));
        }
        assertThat(answer).isNotDone();
        clients.getFirst().close();
        assertThat(answer.get().path("id").intValue()).isEqualTo(2);
      } finally {
        for (RawClient each : clients) {
          each.close();
        }
      }
    }
  }
}
