package io.vireo.daemon.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class StopAtExitTest {
  /** A program that has a drive in use, until it is told to end. */
  static final class Program {
    private Program() {}

    public static void main(String[] arguments) throws Exception {
      PrintStream out = System.out;
      StopAtExit stop = new StopAtExit(() -> out.println("stopped"));
      if (arguments[0].equals("done")) {
        stop.close();
        stop.close();
      }
      out.println("ready");
      Thread.sleep(Long.MAX_VALUE);
    }
  }

  private static Process start(String state) throws IOException {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    Process program =
        new ProcessBuilder(
                java, "-cp", System.getProperty("java.class.path"), Program.class.getName(), state)
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    assertThat(program.getInputStream().readNBytes("ready\n".length())).hasSize(6);
    return program;
  }

  private static String end(Process program) throws Exception {
    assertThat(program.toHandle().destroy()).isTrue(); // SIGTERM, as Ctrl-C is SIGINT
    String said = new String(program.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(program.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return said;
  }

  @Test
  void a_drive_in_use_is_stopped_when_the_process_is_told_to_end() throws Exception {
    assertThat(end(start("using"))).isEqualTo("stopped\n");
  }

  @Test
  void one_that_was_given_back_is_left_alone() throws Exception {
    assertThat(end(start("done"))).isEmpty();
  }
}
