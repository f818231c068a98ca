package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** A target and a client of another language, which talks as the field's tools do. */
@Timeout(300)
class RpcClientIT {
  @TempDir Path dir;
  private Path program;

  @BeforeEach
  void unpack() throws Exception {
    program = dir.resolve("rpc-client");
    try (var resource = RpcClientIT.class.getResourceAsStream("rpc-client")) {
      Files.copy(resource, program);
    }
  }

  private LaunchedTarget start(String... options) throws Exception {
    return new LaunchedTarget(dir, options);
  }

  /** The methods that it called. */
  private Set<String> client(Object... arguments) throws Exception {
    String[] command = new String[arguments.length + 3];
    Arrays.setAll(command, i -> i < 3 ? "" : arguments[i - 3].toString());
    command[0] = "python3";
    command[1] = program.toString();
    command[2] = dir.resolve("rpc.sock").toString();
    return new TreeSet<>(Arrays.asList(Child.run(0, command).strip().split(" ", -1)));
  }

  /** What a target is made of, but for what differs from life to life. */
  private static String state(LaunchedTarget target) throws Exception {
    JsonNode controllers = target.disks().call("vhost_get_controllers");
    return target.disks().call("bdev_get_bdevs") + "\n" + controllers;
  }

  @Test
  void it_calls_every_method_and_what_it_saves_and_loads_is_the_same() throws Exception {
    Path first = dir.resolve("first.json");
    Path again = dir.resolve("again.json");
    Path third = dir.resolve("third.json");
    Set<String> called = new TreeSet<>(Set.of("spdk_kill_instance"));
    String made;
    Set<String> all = new TreeSet<>();
    try (LaunchedTarget target = start("--wait-for-rpc")) {
      called.addAll(client("startup"));
      called.addAll(client("make", dir));
      made = state(target);
      client("save", first);
      target.disks().call("rpc_get_methods").forEach(name -> all.add(name.stringValue()));
      target.disks().call("spdk_kill_instance", "sig_name", "15");
    }
    try (LaunchedTarget target = start("--wait-for-rpc")) {
      client("load", first);
      assertThat(state(target)).isEqualTo(made);
      client("save", again);
      assertThat(again).hasSameTextualContentAs(first);
      assertThat(target.terminate()).isZero();
    }
    try (LaunchedTarget target = start("--config", first.toString())) {
      assertThat(state(target)).isEqualTo(made);
      client("save", third);
      assertThat(third).hasSameTextualContentAs(first);
      called.addAll(client("remove"));
      assertThat(state(target)).isEqualTo("[]\n[]");
    }
    assertThat(called).containsExactlyElementsOf(all);
  }

  @Test
  void many_at_once_that_do_not_wait_are_each_answered_in_order() throws Exception {
    try (LaunchedTarget target = start()) {
      client("crowd", 64);
      assertThat(state(target)).isEqualTo("[]\n[]");
    }
  }
}
