package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.runner.BenchmarkList;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormat;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * What {@code vireo jmh} would measure runs once, in this JVM, so that it never rots: the
 * benchmarks themselves check that the work was done. Nothing is timed.
 */
class BenchmarksTest {
  static {
    System.setProperty("jmh.ignoreLock", "true"); // nobody is disturbed by a single run
  }

  private static List<String> benchmarks() {
    OutputFormat silent = OutputFormatFactory.createFormatInstance(System.out, VerboseMode.SILENT);
    return BenchmarkList.defaultList().getAll(silent, List.of()).stream()
        .map(entry -> entry.getUsername())
        .distinct()
        .toList();
  }

  private static void runOnce(String benchmark) throws RunnerException {
    var once =
        new OptionsBuilder()
            .include("^" + benchmark.replace(".", "\\.") + "$")
            .mode(Mode.SingleShotTime)
            .forks(0)
            .warmupIterations(0)
            .measurementIterations(1)
            .timeout(TimeValue.seconds(60))
            .shouldFailOnError(true)
            .verbosity(VerboseMode.SILENT)
            .build();
    assertThat(new Runner(once).run()).as("results, one for each set of parameters").isNotEmpty();
  }

  @TestFactory
  Stream<DynamicTest> each_benchmark_runs_with_each_of_its_parameters() {
    return benchmarks().stream().map(name -> DynamicTest.dynamicTest(name, () -> runOnce(name)));
  }

  @Test
  void there_are_benchmarks_of_every_step_of_a_request() {
    Stream<String> classes = benchmarks().stream().map(name -> name.replaceFirst("\\.\\w+$", ""));
    assertThat(classes)
        .contains(
            "io.vireo.reactor.LapBenchmark",
            "io.vireo.virtio.BlkQueueBenchmark",
            "io.vireo.virtio.queue.ChainBenchmark",
            "io.vireo.virtio.blk.BlkParserBenchmark",
            "io.vireo.memreg.TranslatorBenchmark",
            "io.vireo.bdev.SubmitBenchmark",
            "io.vireo.bdev.uring.UringBenchmark",
            "io.vireo.virtio.queue.PublicationBenchmark");
  }
}
