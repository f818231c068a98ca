package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.nulldev.NullCreate;
import io.vireo.linux.Cpu;
import io.vireo.reactor.ReactorOptions;
import io.vireo.virtio.blk.BlkDevice;
import io.vireo.virtio.blk.BlkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class TargetTest {
  @TempDir Path dir;

  @Test
  void several_targets_run_in_one_process() throws IOException {
    Path other = Files.createDirectory(dir.resolve("other"));
    try (RunningTarget a = new RunningTarget(dir);
        RunningTarget b = new RunningTarget(other)) {
      a.call("bdev_malloc_create", "name", "x", "num_blocks", 8, "block_size", 512);
      assertThat(a.call("bdev_get_bdevs")).hasSize(1);
      assertThat(b.call("bdev_get_bdevs")).isEmpty();
    }
  }

  @Test
  void the_end_leaves_no_socket_no_bdev_and_no_thread() throws IOException {
    Set<Thread> before = threads();
    RunningTarget target = new RunningTarget(dir);
    target.call("bdev_malloc_create", "name", "x", "num_blocks", 8, "block_size", 512);
    target.call("bdev_null_create", "name", "y", "num_blocks", 8, "block_size", 512);
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "x");
    assertThat(dir.resolve("c")).exists();
    target.close();
    target.target.close(); // again has no effect
    assertThat(dir).isEmptyDirectory();
    assertThat(target.target.bdevs().all()).isEmpty();
    assertThat(target.target.vhost().controllers()).isEmpty();
    awaitNoneBut(before);
  }

  /** Those that end may be at their last instruction, also those of the test before. */
  private static void awaitNoneBut(Set<Thread> expected) {
    while (!expected.containsAll(threads())) {
      Thread.onSpinWait();
    }
  }

  @Test
  void a_start_that_fails_takes_back_what_it_began() throws IOException {
    try (RunningTarget target = new RunningTarget(dir)) {
      target.call("rpc_get_methods"); // so that the client has its thread
      Set<Thread> before = threads();
      assertThatIOException()
          .isThrownBy(() -> Target.start(RunningTarget.options(dir, "rpc.sock")))
          .withMessageContaining("another program uses socket ");
      awaitNoneBut(before);
      assertThat(target.call("rpc_get_methods")).isNotEmpty();
    }
  }

  @Test
  void a_cpu_that_does_not_exist_is_told() {
    BitSet cpus = new BitSet();
    cpus.set(1023);
    TargetOptions options =
        new TargetOptions(cpus, ReactorOptions.ADAPTIVE, dir.resolve("rpc.sock"), dir);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Target.start(options))
        .withMessageStartingWith("CPU 1023 does not exist or is not allowed here");
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void a_directory_that_is_none_is_told() {
    Path none = dir.resolve("none");
    assertThatIOException()
        .isThrownBy(() -> Target.start(RunningTarget.options(none, "rpc.sock")))
        .withMessage(
            "sockets cannot be made in " + none + ": it is no directory that can be written to");
  }

  /** Threads of the JVM's own come and go. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(t -> t.getName().matches("(reactor|rpc|faults|vhost).*"))
        .collect(Collectors.toSet());
  }

  @Test
  void one_that_is_embedded_has_no_json_rpc_and_does_what_methods_do() throws IOException {
    int cpu = Cpu.allowed().nextSetBit(0);
    try (Target target = Target.start(TargetOptions.embedded(cpu, dir))) {
      assertThat(target.call("bdev_null_create", nullDisk("disk"))).isEqualTo("disk");
      assertThat(target.bdevs().require("disk").blocks()).isEqualTo(8);
      target.vhost().create("c", BlkDevice.open(target.bdevs(), "disk", BlkOptions.DEFAULT));
      assertThat(dir.toFile().list()).containsExactly("c");
    }
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void a_call_that_cannot_be_is_told() throws IOException {
    int cpu = Cpu.allowed().nextSetBit(0);
    try (Target target = Target.start(TargetOptions.embedded(cpu, dir))) {
      target.call("bdev_null_create", nullDisk("disk"));
      assertThatThrownBy(() -> target.call("bdev_null_create", nullDisk("disk")))
          .isInstanceOf(BdevException.class)
          .hasMessage("bdev disk exists already");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> target.call("no_such_method", nullDisk("other")))
          .withMessage("there is no method no_such_method");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> target.call("bdev_malloc_create", nullDisk("other")))
          .withMessage("bdev_malloc_create takes MallocCreate, not NullCreate");
      assertThat(target.bdevs().all()).hasSize(1);
    }
  }

  private static NullCreate nullDisk(String name) {
    return new NullCreate(name, 512, 8);
  }

  @Test
  void nobody_waits_for_json_rpc_that_there_is_not() {
    TargetOptions options = TargetOptions.embedded(0, dir);
    assertThatIllegalArgumentException()
        .isThrownBy(() -> options.startingWith(new StartOptions(null, false, true, null)));
  }
}
