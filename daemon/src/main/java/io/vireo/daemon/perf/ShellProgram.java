package io.vireo.daemon.perf;

import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A command that the shell runs, in a session of its own: with it ends whatever it has started,
 * also what outlives the shell. So it does when this process ends. Its output is read as it comes.
 */
final class ShellProgram {
  /** More is read, so that nobody waits, but not kept. */
  private static final int MAX_OUTPUT_BYTES = 64 << 10;

  /** For the end of the output when all who could write are killed. */
  private static final long END_SECONDS = 5;

  private final String name;
  private final Process process;
  private final FutureTask<byte[]> output;
  private final Thread hook = new Thread(this::kill);

  /** Starts it, on the calling thread's CPU. */
  ShellProgram(String name, String command, Map<String, String> environment) throws IOException {
    this.name = name;
    ProcessBuilder builder =
        new ProcessBuilder("setsid", "/bin/sh", "-c", command)
            .redirectInput(ProcessBuilder.Redirect.from(new File("/dev/null")))
            .redirectError(ProcessBuilder.Redirect.INHERIT);
    builder.environment().putAll(environment);
    process = builder.start();
    Runtime.getRuntime().addShutdownHook(hook);
    output = new FutureTask<>(this::read);
    Thread.ofPlatform().daemon().name("output of " + name).start(output);
  }

  private byte[] read() throws IOException {
    InputStream in = process.getInputStream();
    byte[] bytes = in.readNBytes(MAX_OUTPUT_BYTES + 1);
    in.transferTo(OutputStream.nullOutputStream());
    return bytes;
  }

  /**
   * Waits for the shell's end and answers what was said until then. Once.
   *
   * @throws IOException when it fails, says too much, or does not end in that time
   */
  String run(Duration limit) throws IOException {
    try {
      awaitEnd(limit);
      byte[] said = output.get(END_SECONDS, TimeUnit.SECONDS);
      if (process.exitValue() != 0) {
        throw new IOException("%s: it ended with status %d".formatted(name, process.exitValue()));
      }
      if (said.length > MAX_OUTPUT_BYTES) {
        throw new IOException("%s: it prints more than %d bytes".formatted(name, MAX_OUTPUT_BYTES));
      }
      return new String(said, StandardCharsets.UTF_8).strip();
    } catch (TimeoutException e) {
      throw new IOException(name + ": its output does not end", e);
    } catch (ExecutionException e) {
      throw new IOException(name + ": its output cannot be read", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException(name + ": it was not awaited", e);
    }
  }

  private void awaitEnd(Duration limit) throws IOException, InterruptedException {
    try {
      if (!process.waitFor(limit)) {
        throw new IOException(name + ": it does not end");
      }
    } finally {
      kill();
      unhook();
    }
  }

  /** Ends the session, of which the shell's number is the name even when the shell has ended. */
  private void kill() {
    try {
      new ProcessBuilder("/bin/sh", "-c", "kill -s KILL -- -" + process.pid())
          .redirectErrorStream(true)
          .redirectOutput(ProcessBuilder.Redirect.DISCARD) // nobody is left, as a rule
          .start()
          .waitFor();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (IOException _) {
      // No process can be started: what can be done without is done.
    }
    process.toHandle().destroyForcibly(); // the process itself would close its output, too
  }

  private void unhook() {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException _) {
      // It runs already.
    }
  }
}
