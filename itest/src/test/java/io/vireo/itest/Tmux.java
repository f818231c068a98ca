package io.vireo.itest;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A terminal of some size, with a shell in it: keys are typed, and what it shows is read. */
final class Tmux implements AutoCloseable {
  private static final String SESSION = "terminal";

  private final String socket;

  /** With its socket in {@code directory}. */
  Tmux(Path directory, int columns, int rows) throws Exception {
    socket = directory.resolve("tmux").toString();
    run(
        List.of(
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-s",
            SESSION,
            "-x",
            Integer.toString(columns),
            "-y",
            Integer.toString(rows),
            "env PS1='$ ' /bin/bash --norc --noprofile"));
    Await.until("the shell is there", () -> shown().contains("$"));
  }

  private String run(List<String> arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("tmux", "-S", socket));
    command.addAll(arguments);
    return Child.run(0, command.toArray(String[]::new));
  }

  /** Types a line and the return key. */
  void enter(String line) throws Exception {
    run(List.of("send-keys", "-t", SESSION, "-l", line));
    press("Enter");
  }

  /** Presses a key by tmux's name for it. */
  void press(String key) throws Exception {
    run(List.of("send-keys", "-t", SESSION, key));
  }

  /** What is on the screen now. */
  String shown() throws Exception {
    return run(List.of("capture-pane", "-p", "-t", SESSION));
  }

  /** The same with its escape sequences for colours and attributes. */
  String coloured() throws Exception {
    return run(List.of("capture-pane", "-p", "-e", "-t", SESSION));
  }

  void resize(int columns, int rows) throws Exception {
    run(
        List.of(
            "resize-window",
            "-t",
            SESSION,
            "-x",
            Integer.toString(columns),
            "-y",
            Integer.toString(rows)));
  }

  /** One of tmux's variables of the terminal, such as {@code alternate_on}. */
  String variable(String name) throws Exception {
    return run(List.of("display-message", "-p", "-t", SESSION, "#{" + name + "}"));
  }

  /** The shell in it. */
  ProcessHandle shell() throws Exception {
    return ProcessHandle.of(Long.parseLong(variable("pane_pid"))).orElseThrow();
  }

  void await(String text) throws Exception {
    Await.until("the terminal shows " + text, () -> shown().contains(text));
  }

  @Override
  public void close() {
    try {
      run(List.of("kill-server"));
    } catch (Exception e) {
      throw new AssertionError("tmux does not end", e);
    }
  }
}
