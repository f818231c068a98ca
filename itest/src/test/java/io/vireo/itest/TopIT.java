package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.RpcException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code vireo top} in a terminal. */
@Timeout(300)
class TopIT {
  @TempDir Path directory;
  private LaunchedTarget target;
  private Tmux terminal;

  @BeforeEach
  void start() throws Exception {
    target = new LaunchedTarget(directory, "--idle", "adaptive");
    for (String disk : List.of("disk1", "disk2")) {
      target.disks().nulldev(disk, 16);
      target.disks().serve(disk);
    }
    terminal = new Tmux(directory, 120, 40);
  }

  @AfterEach
  void stop() throws Exception {
    terminal.close();
    target.close();
  }

  private void top(String options) throws Exception {
    terminal.enter("%s top -s %s/rpc.sock %s".formatted(Repository.LAUNCHER, directory, options));
    terminal.await("by iops");
  }

  private Child load(String disk) throws Exception {
    return new Child(
        List.of(
            Repository.LAUNCHER.toString(),
            "perf",
            "--socket",
            directory.resolve(disk).toString(),
            "-q",
            "4",
            "-t",
            "120"));
  }

  private void awaitLine(String pattern) throws Exception {
    Await.until(
        "there is a line " + pattern,
        () -> terminal.shown().lines().anyMatch(line -> line.strip().matches(pattern)));
  }

  private boolean hasHistogram(String bdev) throws Exception {
    try {
      target.disks().call("bdev_get_histogram", "name", bdev);
      return true;
    } catch (RpcException e) {
      return false;
    }
  }

  /** The terminal is the shell's again, with its own screen, its cursor and its echo. */
  private void awaitShell() throws Exception {
    Await.until("its own screen", () -> terminal.variable("alternate_on").equals("0"));
    Await.until("the cursor", () -> terminal.variable("cursor_flag").equals("1"));
    terminal.enter("echo $((6 * 7)) is here");
    terminal.await("42 is here");
    assertThat(terminal.shown()).contains("echo $((6 * 7)) is here");
  }

  @Test
  void load_is_seen_and_the_terminal_is_given_back() throws Exception {
    top("--interval 0.2");
    assertThat(terminal.variable("alternate_on")).isEqualTo("1");
    assertThat(terminal.variable("cursor_flag")).isEqualTo("0");
    awaitLine("disk1 +disk1 +0 +0 .* idle");
    try (Child load = load("disk2")) {
      awaitLine("disk2 +disk2 +1 +[1-9]\\d+ .* running");
      String shown = terminal.shown();
      assertThat(shown.indexOf("disk2 ")).as(shown).isLessThan(shown.indexOf("disk1 "));
      assertThat(load.isAlive()).isTrue();
      terminal.press("n");
      terminal.await("by name");
      terminal.press("t");
      awaitLine("disk2( +[0-9.]+){9}"); // no column is a dash
      assertThat(hasHistogram("disk1")).isTrue();
    }
    terminal.press("q");
    awaitShell();
    assertThat(hasHistogram("disk1")).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"C-c", "TERM", "HUP"})
  void however_it_ends_the_terminal_is_restored_and_histograms_are_off(String how)
      throws Exception {
    top("--histograms");
    Await.until("there are histograms", () -> hasHistogram("disk2"));
    if (how.equals("C-c")) {
      terminal.press(how);
    } else {
      long pid = terminal.shell().children().findFirst().orElseThrow().pid();
      Child.run(0, "kill", "-" + how, Long.toString(pid));
    }
    awaitShell();
    assertThat(hasHistogram("disk1")).isFalse();
    assertThat(hasHistogram("disk2")).isFalse();
  }

  /**
   * It ends as slowly as can be: the target does not answer, that is to have its histograms off.
   */
  @Test
  void what_is_typed_while_it_ends_is_for_the_shell() throws Exception {
    top("--histograms");
    Await.until("there are histograms", () -> hasHistogram("disk2"));
    String process = Long.toString(terminal.shell().children().findFirst().orElseThrow().pid());
    String paused = Long.toString(target.pid());
    Child.run(0, "kill", "-STOP", paused);
    try {
      Child.run(0, "kill", "-TERM", process);
      awaitShell();
    } finally {
      Child.run(0, "kill", "-CONT", paused);
    }
    terminal.await("histograms may still be enabled");
    assertThat(terminal.shown()).containsOnlyOnce("may still be enabled");
  }

  @Test
  void control_z_leads_to_the_shell_and_fg_back_again() throws Exception {
    top("");
    terminal.press("C-z");
    terminal.await("Stopped");
    awaitShell();
    terminal.enter("fg");
    Await.until("its screen again", () -> terminal.variable("alternate_on").equals("1"));
    terminal.await("CONTROLLER");
    terminal.press("C-z");
    Await.until("the shell's", () -> terminal.variable("alternate_on").equals("0"));
    terminal.enter("kill %1");
    terminal.enter("wait; jobs; echo over");
    Await.until("the job is over", () -> terminal.shown().contains("\nover"));
    assertThat(terminal.shown()).doesNotContain("CONTROLLER");
  }

  @Test
  void it_fits_a_terminal_of_any_size_at_once() throws Exception {
    top("--interval 600");
    assertThat(terminal.shown()).contains("IN FL");
    terminal.resize(80, 24);
    Await.until("fewer columns", () -> !terminal.shown().contains("IN FL"));
    Await.until("the keys", () -> terminal.shown().lines().toList().getLast().startsWith("sort:"));
    terminal.await("STATE");
    terminal.resize(20, 4);
    Await.until("two rows", () -> terminal.shown().lines().count() == 4);
    terminal.resize(200, 60);
    terminal.await("IN FL");
  }

  @Test
  void a_target_that_goes_is_waited_for() throws Exception {
    top("--interval 0.2");
    target.terminate();
    terminal.await("waiting for the target: cannot connect");
    target.close();
    target = new LaunchedTarget(directory, "--idle", "adaptive");
    target.disks().nulldev("new", 16);
    awaitLine("new +0 .*");
    assertThat(terminal.shown()).doesNotContain("waiting");
    terminal.press("q");
    awaitShell();
  }

  @Test
  void colours_are_not_for_those_who_want_none() throws Exception {
    top("");
    terminal.await("idle");
    assertThat(terminal.coloured()).contains("\033[36m").contains("\033[90m");
    terminal.press("q");
    awaitShell();
    terminal.enter("clear; export NO_COLOR=1");
    top("");
    terminal.await("idle");
    assertThat(terminal.coloured()).doesNotContain("[36m", "[90m");
  }

  @Test
  void in_a_pipe_it_is_plain_text() throws Exception {
    String said =
        Child.run(
            0,
            Repository.LAUNCHER.toString(),
            "top",
            "-s",
            directory.resolve("rpc.sock").toString(),
            "--interval",
            "0.1");
    assertThat(said).contains("\ndisk1 ").doesNotContain("\033");
  }
}
