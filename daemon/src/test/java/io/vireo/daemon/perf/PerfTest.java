package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.RunningTarget;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A target with three disks in this process, and {@code vireo perf} by the command line. */
abstract class PerfTest {
  @TempDir Path dir;
  RunningTarget target;
  final StringWriter out = new StringWriter();
  final StringWriter err = new StringWriter();

  @BeforeEach
  void start() throws Exception {
    target = new RunningTarget(dir);
    target.call("bdev_malloc_create", "name", "m", "num_blocks", 16384, "block_size", 512);
    target.call("bdev_malloc_create", "name", "small", "num_blocks", 16, "block_size", 4096);
    for (String disk : new String[] {"m", "small"}) {
      target.call("vhost_create_blk_controller", "ctrlr", disk, "dev_name", disk);
    }
    target.call("vhost_create_blk_controller", "ctrlr", "ro", "dev_name", "m", "readonly", true);
  }

  @AfterEach
  void stop() throws Exception {
    target.close();
  }

  final int run(String options) {
    return run(new PerfCommand(), options);
  }

  final int run(Callable<Integer> subcommand, String options) {
    CommandLine line = new CommandLine(subcommand);
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler(
        (e, command, parsed) -> {
          command.getErr().println(e.getMessage());
          command.getErr().flush();
          return CommandLine.ExitCode.SOFTWARE;
        });
    return line.execute(options.replace("DIR", dir.toString()).split(" +", -1));
  }

  final JsonNode result(String options) {
    return result(new PerfCommand(), options);
  }

  final JsonNode result(Callable<Integer> subcommand, String options) {
    assertThat(run(subcommand, options + " --json")).as(err.toString()).isZero();
    return JsonMapper.shared().readTree(out.toString());
  }

  /** Waits until nobody is connected to a disk any more. */
  final void awaitNoSession(String disk) {
    while (!target.target.vhost().find(disk).orElseThrow().sessions().isEmpty()) {
      Thread.onSpinWait();
    }
  }
}
