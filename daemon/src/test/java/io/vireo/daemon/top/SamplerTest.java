package io.vireo.daemon.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.within;

import io.vireo.daemon.OneGuest;
import io.vireo.daemon.RunningTarget;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/** Samples of a real target, and what is made of those who are none. */
@Timeout(60)
class SamplerTest {
  @TempDir Path dir;
  private RunningTarget target;
  private final Histograms histograms = new Histograms();
  private Sampler sampler;

  @BeforeEach
  void start() throws IOException {
    target = new RunningTarget(dir);
    target.malloc("m");
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "m");
    sampler = new Sampler(dir.resolve("rpc.sock"), histograms);
  }

  @AfterEach
  void stop() throws IOException {
    sampler.close();
    target.close();
  }

  private void close() throws IOException {
    histograms.close(dir.resolve("rpc.sock"));
  }

  private static double seconds(Sample before, Sample after) {
    return (double) (after.atNs() - before.atNs()) / Samples.SECOND;
  }

  @Test
  void requests_between_two_samples_are_the_rates() throws IOException {
    try (OneGuest guest = new OneGuest(dir.resolve("c"))) {
      guest.read(3);
      Sample before = sampler.sample();
      guest.read(50);
      Sample after = sampler.sample();
      Rates rates = Rates.between(before, after);
      Rates.Bdev bdev = rates.bdevs().getFirst();
      assertThat(bdev.reads() * seconds(before, after)).isCloseTo(50, within(1e-6));
      assertThat(bdev.bytesRead()).isCloseTo(bdev.reads() * 4096, within(1e-3));
      assertThat(bdev.writes()).isZero();
      Rates.Controller controller = rates.controllers().getFirst();
      double controllerSeconds =
          (double) (after.controllersAtNs() - before.controllersAtNs()) / Samples.SECOND;
      assertThat(controller.iops() * controllerSeconds).isCloseTo(50, within(1e-6));
      assertThat(controller.bdev()).isEqualTo("m");
      assertThat(controller.frontEnds()).isEqualTo(1);
      assertThat(controller.state()).isEqualTo(Rates.State.RUNNING);
      assertThat(rates.reactors()).hasSize(1).allMatch(r -> r.busy() >= 0 && r.busy() <= 1);
      assertThat(rates.pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(rates.version()).startsWith("Vireo v");
    }
  }

  @Test
  void without_leave_no_histogram_is_enabled() throws IOException {
    sampler.sample();
    assertThat(sampler.sample().bdevs().getFirst().latencies()).isNull();
    assertThat(hasHistograms()).isFalse();
  }

  /** Whether both have, or neither. */
  private boolean hasHistograms() throws IOException {
    boolean bdev = answers("bdev_get_histogram", "name", "m");
    assertThat(answers("vhost_controller_get_histogram", "ctrlr", "c")).isEqualTo(bdev);
    return bdev;
  }

  private boolean answers(String method, Object... params) throws IOException {
    try {
      return target.call(method, params).isObject();
    } catch (RpcException e) {
      return false;
    }
  }

  @Test
  void histograms_are_there_while_they_are_wanted_and_count_from_the_first_sample_on()
      throws IOException {
    histograms.wanted(true);
    try (OneGuest guest = new OneGuest(dir.resolve("c"))) {
      Sample before = sampler.sample();
      assertThat(hasHistograms()).isTrue();
      guest.read(20);
      Rates rates = Rates.between(before, sampler.sample());
      assertThat(rates.bdevs().getFirst().p99Ns()).isPositive();
      assertThat(rates.controllers().getFirst().p99Ns()).isPositive();
      assertThat(rates.controllers().getFirst().estimated()).isFalse();
    }
    histograms.wanted(false);
    sampler.sample();
    assertThat(hasHistograms()).isFalse();
  }

  @Test
  void what_was_enabled_here_is_disabled_at_the_end_and_nothing_is_enabled_after_it()
      throws IOException {
    histograms.wanted(true);
    sampler.sample();
    close();
    assertThat(hasHistograms()).isFalse();
    sampler.sample();
    assertThat(hasHistograms()).isFalse();
    close();
  }

  @Test
  void others_histograms_are_used_and_stay() throws IOException {
    target.call("bdev_enable_histogram", "name", "m", "enable", true);
    target.call("vhost_controller_enable_histogram", "ctrlr", "c", "enable", true);
    assertThat(sampler.sample().bdevs().getFirst().latencies()).isNotNull();
    histograms.wanted(true);
    sampler.sample();
    histograms.wanted(false);
    sampler.sample();
    close();
    JsonNode histogram = target.call("bdev_get_histogram", "name", "m");
    assertThat(histogram.path("granularity").intValue()).isEqualTo(7);
    assertThat(hasHistograms()).isTrue();
  }

  @Test
  void one_that_somebody_put_in_the_place_of_ours_stays() throws IOException {
    histograms.wanted(true);
    sampler.sample();
    target.call("bdev_enable_histogram", "name", "m", "enable", true, "granularity", 3);
    sampler.sample();
    close();
    assertThat(answers("bdev_get_histogram", "name", "m")).isTrue();
    assertThat(answers("vhost_controller_get_histogram", "ctrlr", "c")).isFalse();
  }

  @Test
  void one_that_others_enable_later_is_found_after_some_samples() throws IOException {
    sampler.sample();
    target.call("bdev_enable_histogram", "name", "m", "enable", true);
    Sample sample = sampler.sample();
    for (int i = 0; i < 10 && sample.bdevs().getFirst().latencies() == null; i++) {
      sample = sampler.sample();
    }
    assertThat(sample.bdevs().getFirst().latencies()).isNotNull();
  }

  @Test
  void what_comes_while_histograms_are_wanted_gets_one_and_what_goes_is_no_trouble()
      throws IOException {
    histograms.wanted(true);
    sampler.sample();
    target.malloc("later");
    assertThat(sampler.sample().bdevs()).allMatch(bdev -> bdev.latencies() != null);
    target.call("bdev_malloc_delete", "name", "later");
    assertThat(sampler.sample().bdevs()).hasSize(1);
    target.call("bdev_malloc_delete", "name", "m");
    Rates rates = Rates.between(null, sampler.sample());
    assertThat(rates.controllers().getFirst().state()).isEqualTo(Rates.State.NO_BDEV);
    close();
  }

  @Test
  void a_target_that_ends_is_told_of_and_found_again_when_it_has_come_back() throws IOException {
    histograms.wanted(true);
    Sample before = sampler.sample();
    target.close();
    assertThatIOException().isThrownBy(sampler::sample).withMessageContaining("rpc.sock");
    assertThatIOException()
        .isThrownBy(sampler::sample)
        .withMessageStartingWith("cannot connect to " + dir.resolve("rpc.sock"));
    target = new RunningTarget(dir);
    target.malloc("m");
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "m");
    Rates rates = Rates.between(before, sampler.sample());
    // In this process the new target has the old one's number, and may run as long already.
    assertThat(rates.bdevs()).noneMatch(bdev -> bdev.iops() < 0 || bdev.iops() > 0);
    assertThat(hasHistograms()).isTrue();
    close();
    assertThat(hasHistograms()).isFalse();
  }

  @Test
  void a_disks_socket_is_no_targets() {
    assertThatIOException()
        .isThrownBy(() -> new Sampler(dir.resolve("c"), histograms).sample())
        .withMessage(dir.resolve("c") + " does not answer JSON-RPC: it closed the connection");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'error':{'code':-32601,'message':'Method not found'}}"
            + "| SOCKET refuses spdk_get_version: Method not found (-32601)",
        "{'result':17} | SOCKET answers as no target does: spdk_get_version tells no version",
        "{'result':{'version':'x'}} | SOCKET answers as no target does: its tick_rate is 0",
        "{'result':{'version':'x','tick_rate':1000,'reactors':{},'bdevs':7}}"
            + "| SOCKET answers as no target does: vhost_get_controllers tells of something without a name",
      })
  void who_answers_something_else_is_no_target(String answer, String sentence) throws Exception {
    Path socket = dir.resolve("peer.sock");
    try (ServerSocketChannel peer = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      peer.bind(UnixDomainSocketAddress.of(socket));
      Thread server =
          Thread.ofVirtual().start(() -> answerAll(peer, answer.replace('\'', '"').strip()));
      try (Sampler other = new Sampler(socket, histograms)) {
        assertThatIOException()
            .isThrownBy(other::sample)
            .withMessage(sentence.strip().replace("SOCKET", socket.toString()));
      }
      server.join();
    }
  }

  /** The same to each request of one client. */
  private static void answerAll(ServerSocketChannel peer, String answer) {
    ByteBuffer request = ByteBuffer.allocate(1 << 16);
    try (SocketChannel client = peer.accept()) {
      while (client.read(request.clear()) > 0) {
        client.write(ByteBuffer.wrap(answer.getBytes(StandardCharsets.US_ASCII)));
      }
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
