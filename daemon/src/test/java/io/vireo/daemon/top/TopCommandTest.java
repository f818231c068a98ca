package io.vireo.daemon.top;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.daemon.OneGuest;
import io.vireo.daemon.RunningTarget;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** The command where there is no terminal, and what feeds the one in a terminal. */
@Timeout(60)
class TopCommandTest {
  @TempDir Path dir;
  private RunningTarget target;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws IOException {
    target = started();
  }

  private RunningTarget started() throws IOException {
    RunningTarget running = new RunningTarget(dir);
    for (String name : List.of("m", "n")) {
      running.malloc(name);
      running.call("vhost_create_blk_controller", "ctrlr", "c" + name, "dev_name", name);
    }
    return running;
  }

  @AfterEach
  void stop() throws IOException {
    target.close();
  }

  private int run(String options) {
    CommandLine line = new CommandLine(new TopCommand());
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          err.write(e.getMessage());
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line.execute(("-s " + dir.resolve("rpc.sock") + " " + options).split(" +", -1));
  }

  private List<String> lines(String beginning) {
    return out.toString().lines().filter(line -> line.startsWith(beginning)).toList();
  }

  @Test
  void one_table_is_printed_where_there_is_no_terminal() {
    assertThat(run("--interval 0.1")).isZero();
    assertThat(lines("CONTROLLER")).hasSize(1);
    assertThat(lines("cm ")).hasSize(1).allMatch(line -> line.endsWith(" idle"));
    assertThat(out.toString())
        .startsWith("Vireo v")
        .contains("\ncontrollers: 2  front-ends: 0  IOPS: 0  bdevs: 2\n")
        .doesNotContain("\033", "NaN");
    assertThat(err.toString()).isEmpty();
  }

  @Test
  void a_guest_that_reads_is_seen_with_its_latencies() throws Exception {
    AtomicBoolean enough = new AtomicBoolean();
    try (OneGuest guest = new OneGuest(dir.resolve("cn"))) {
      guest.read(1);
      Thread reader =
          Thread.ofPlatform()
              .start(
                  () -> {
                    while (!enough.get()) {
                      guest.read(1);
                    }
                  });
      try {
        assertThat(run("--interval 0.3 --histograms -n 2")).isZero();
      } finally {
        enough.set(true);
        reader.join();
      }
    }
    // IOPS, MiB/s, average, 99th percentile, depth, in flight, failures
    String number = "[0-9.]*[1-9][0-9.]*";
    assertThat(lines("cn "))
        .hasSize(2)
        .allMatch(line -> line.matches("cn +n +1" + (" +" + number).repeat(4) + ".* running"));
    assertThat(lines("n ")).hasSize(2);
    assertThat(out.toString().indexOf("\ncn ")).isLessThan(out.toString().indexOf("\ncm "));
    assertThat(target.refusal("bdev_get_histogram", "name", "n").getMessage())
        .contains("not enabled");
  }

  @Test
  void a_target_that_goes_away_ends_it_with_one_sentence() throws Exception {
    Thread ending =
        Thread.ofPlatform()
            .start(
                () -> {
                  while (out.getBuffer().isEmpty()) {
                    Thread.onSpinWait();
                  }
                  try {
                    target.close();
                  } catch (IOException e) {
                    throw new AssertionError(e);
                  }
                });
    assertThat(run("-n 100000 --interval 0.1")).isEqualTo(1);
    ending.join();
    assertThat(err.toString()).contains(dir.resolve("rpc.sock").toString()).doesNotContain("\n");
    target = started();
  }

  @Test
  void histograms_that_cannot_be_disabled_any_more_are_told_of() throws Exception {
    Histograms histograms = new Histograms();
    histograms.wanted(true);
    try (Sampler sampler = new Sampler(dir.resolve("rpc.sock"), histograms)) {
      sampler.sample();
    }
    assertThatIOException()
        .isThrownBy(() -> histograms.close(dir.resolve("none")))
        .withMessageStartingWith("cannot connect to ");
  }

  @Test
  void the_feed_waits_for_a_target_that_comes_back() throws Exception {
    Histograms histograms = new Histograms();
    Sampler sampler = new Sampler(dir.resolve("rpc.sock"), histograms);
    Feed feed = new Feed(sampler, sampler.sample(), 0.01);
    feed.start();
    target.close();
    while (feed.news().trouble() == null) {
      Thread.onSpinWait();
    }
    assertThat(feed.news().trouble()).startsWith("waiting for the target: ");
    assertThat(feed.news().rates().bdevs()).as("what was known last").hasSize(2);
    target = started();
    while (feed.news().trouble() != null || feed.news().rates().bdevs().size() < 2) {
      Thread.onSpinWait();
    }
    Rates.Bdev bdev = feed.news().rates().bdevs().getFirst();
    assertThat(Double.isNaN(bdev.iops()) || bdev.iops() == 0).isTrue();
    feed.end();
  }
}
