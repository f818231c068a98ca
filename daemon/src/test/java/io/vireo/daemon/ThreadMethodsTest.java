package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.rpc.RpcException;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.Timer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Reactors as the field shows its threads. */
class ThreadMethodsTest extends TargetFixture {
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

  private static void assertCalls(JsonNode poller, String state) {
    assertThat(poller.path("state").stringValue()).isEqualTo(state);
    assertThat(poller.path("run_count").longValue())
        .isGreaterThanOrEqualTo(poller.path("busy_count").longValue());
  }

  /** A queue's poller is active or paused, by when one looks. */
  private JsonNode pollerOfQueue() throws IOException {
    JsonNode thread = thread("thread_get_pollers");
    thread.path("active_pollers").forEach(poller -> assertCalls(poller, "waiting"));
    thread.path("paused_pollers").forEach(poller -> assertCalls(poller, "paused"));
    List<JsonNode> both = new ArrayList<>();
    thread.path("active_pollers").forEach(both::add);
    thread.path("paused_pollers").forEach(both::add);
    assertThat(both).hasSize(1);
    JsonNode poller = both.getFirst();
    assertThat(poller.propertyNames())
        .containsExactly("name", "id", "state", "run_count", "busy_count");
    assertThat(poller.path("name").stringValue()).isEqualTo("blk queue on m0");
    assertThat(poller.path("id").intValue()).isEqualTo(1);
    return poller;
  }

  @Test
  void a_queue_in_use_is_a_poller_and_a_user_of_its_bdevs_channel() throws IOException {
    target.malloc("m0");
    target.malloc("unused");
    target.call("vhost_create_blk_controller", "ctrlr", "vm0", "dev_name", "m0");
    try (OneGuest guest = new OneGuest(dir.resolve("vm0"))) {
      long busyBefore = pollerOfQueue().path("busy_count").longValue();
      guest.read(3);
      assertThat(pollerOfQueue().path("busy_count").longValue())
          .isGreaterThanOrEqualTo(busyBefore + 3);
      assertThat(thread("thread_get_io_channels").path("io_channels").toString())
          .isEqualTo("[{\"name\":\"m0\",\"ref\":1}]");
      JsonNode stats = thread("thread_get_stats");
      assertThat(
              stats.path("active_pollers_count").intValue()
                  + stats.path("paused_pollers_count").intValue())
          .isEqualTo(1);
    }
  }

  @Test
  void a_timer_is_a_timed_poller_with_its_period() throws Exception {
    Reactor reactor = target.target.reactors().reactors().getFirst();
    int before = thread("thread_get_pollers").path("timed_pollers").size();
    CountDownLatch ran = new CountDownLatch(2);
    Timer timer = reactor.call(() -> reactor.addTimer(1_234_567, ran::countDown));
    ran.await();
    JsonNode pollers = thread("thread_get_pollers").path("timed_pollers");
    assertThat(pollers).hasSize(before + 1);
    JsonNode poller = pollers.get(before);
    assertThat(poller.propertyNames())
        .containsExactly("name", "id", "state", "run_count", "busy_count", "period_ticks");
    assertThat(poller.path("name").stringValue()).isEqualTo("timer");
    assertThat(poller.path("period_ticks").longValue()).isEqualTo(1_234_567);
    assertThat(poller.path("run_count").longValue()).isGreaterThanOrEqualTo(2);
    assertThat(thread("thread_get_stats").path("timed_pollers_count").intValue())
        .isEqualTo(before + 1);
    reactor.call(
        () -> {
          timer.cancel();
          return null;
        });
    assertThat(thread("thread_get_pollers").path("timed_pollers")).hasSize(before);
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
