package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Reactors as the field shows its threads. */
@Timeout(60)
class ThreadMethodsTest {
  @TempDir Path dir;
  private RunningTarget target;

  @BeforeEach
  void start() throws IOException {
    target = new RunningTarget(dir);
  }

  @AfterEach
  void stop() throws IOException {
    target.close();
  }

  private JsonNode thread(String method) throws IOException {
    JsonNode result = target.call(method);
    assertThat(result.path("tick_rate").longValue()).isEqualTo(1_000_000_000);
    assertThat(result.path("threads")).hasSize(1);
    return result.path("threads").get(0);
  }

  @Test
  void threads_tell_what_they_did() throws IOException {
    JsonNode thread = thread("thread_get_stats");
    assertThat(thread.propertyNames())
        .containsExactly(
            "name",
            "id",
            "cpumask",
            "busy",
            "idle",
            "in_interrupt",
            "active_pollers_count",
            "timed_pollers_count",
            "paused_pollers_count");
    int cpu = target.target.reactors().cpus().nextSetBit(0);
    assertThat(thread.path("name").stringValue()).isEqualTo("reactor-" + cpu);
    assertThat(thread.path("in_interrupt").booleanValue()).isTrue(); // it idles adaptively
    assertThat(thread.path("idle").longValue()).isPositive();
    assertThat(thread.path("active_pollers_count").intValue()).isZero();
  }

  @Test
  void pollers_are_those_that_there_are() throws IOException {
    JsonNode thread = thread("thread_get_pollers");
    assertThat(thread.propertyNames())
        .containsExactly("name", "id", "active_pollers", "timed_pollers", "paused_pollers");
    assertThat(thread.path("active_pollers")).isEmpty();
  }

  @Test
  void channels_are_those_of_the_bdevs_in_use() throws IOException {
    target.malloc("m0");
    assertThat(thread("thread_get_io_channels").path("io_channels")).isEmpty();
  }

  @Test
  void a_thread_stays_on_its_cpu() throws IOException {
    int cpu = target.target.reactors().cpus().nextSetBit(0);
    String with = "[%d-%d]".formatted(cpu, cpu + 1);
    assertThat(target.call("thread_set_cpumask", "id", 1, "cpumask", with).booleanValue()).isTrue();
    assertThat(target.refusal("thread_set_cpumask", "id", 1, "cpumask", "[%d]".formatted(cpu + 1)))
        .hasMessage(
            "Invalid argument: thread 1 is a reactor's and stays on CPU %d, which cpumask [%d] has"
                + " not",
            cpu, cpu + 1)
        .extracting(RpcException::code)
        .isEqualTo(-22);
    assertThat(target.refusal("thread_set_cpumask", "id", 2, "cpumask", "0x1"))
        .hasMessage("No such file or directory: there is no thread 2: they are 1 to 1");
    assertThat(target.refusal("thread_set_cpumask", "id", 0, "cpumask", "0x1"))
        .hasMessageContaining("there is no thread 0");
  }

  @Test
  void context_switches_are_watched_when_that_is_asked_for() throws IOException {
    String method = "framework_monitor_context_switch";
    assertThat(target.call(method).toString()).isEqualTo("{\"enabled\":false}");
    assertThat(target.call(method, "enabled", true).toString()).isEqualTo("{\"enabled\":true}");
    assertThat(target.call(method).toString()).isEqualTo("{\"enabled\":true}");
    assertThat(target.call(method, "enabled", false).toString()).isEqualTo("{\"enabled\":false}");
    target.call(method, "enabled", true); // ends with the target
  }
}
