package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.UnixSocket;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.Timer;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/**
 * Rules 14 and 15 of the field's wire: what controllers, reactors, threads and notifications are
 * shown with, each member by its name, type and place. Those of drives (16, 17): FieldShapesTest of
 * bdev.nvme.
 */
class FieldReportsTest extends TargetFixture {
  @BeforeEach
  void prepare() throws IOException {
    target.malloc("m");
  }

  @Nested
  @DisplayName("14: a controller, its sessions and its disk")
  class Rule14Controllers {
    @BeforeEach
    void serve() throws IOException {
      target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "m", "num_queues", 3);
    }

    private JsonNode controller() throws IOException {
      return target.call("vhost_get_controllers", "name", "c").get(0);
    }

    @Test
    void a_controller_without_guests() throws IOException {
      JsonNode controller = controller();
      Members.assertExactly(
          controller,
          "ctrlr string",
          "cpumask string",
          "delay_base_us integer",
          "iops_threshold integer",
          "socket string",
          "sessions array",
          "pin_guest_memory boolean", // ours
          "backend_specific object");
      assertThat(controller.path("ctrlr").stringValue()).isEqualTo("c");
      assertThat(controller.path("cpumask").stringValue()).startsWith("0x");
      assertThat(controller.path("socket").stringValue()).isEqualTo(dir.resolve("c") + "");
      assertThat(controller.path("sessions")).isEmpty();
      assertThat(target.call("vhost_get_controllers").get(0)).isEqualTo(controller);
    }

    @Test
    void its_disk() throws IOException {
      JsonNode backend = controller().path("backend_specific");
      Members.assertExactly(backend, "block object");
      Members.assertExactly(
          backend.path("block"), "readonly boolean", "bdev string|null", "transport string");
      assertThat(backend)
          .hasToString(
              "{\"block\":{\"readonly\":false,\"bdev\":\"m\",\"transport\":\"vhost_user_blk\"}}");
    }

    @Test
    void a_session_that_has_not_begun_and_one_that_works() throws IOException {
      try (UnixSocket frontEnd = UnixSocket.connect(dir.resolve("c"))) {
        assertThat(frontEnd).isNotNull();
        JsonNode session = awaitSession();
        assertSession(session);
        assertThat(session.path("started").booleanValue()).isFalse();
      }
      while (!controller().path("sessions").isEmpty()) {
        Thread.onSpinWait();
      }
      try (OneGuest guest = new OneGuest(dir.resolve("c"))) {
        guest.read(2);
        JsonNode session = awaitSession();
        assertSession(session);
        assertThat(session.path("started").booleanValue()).isTrue();
        assertThat(session.path("queues").get(0).path("requests").intValue()).isEqualTo(2);
      }
    }

    private JsonNode awaitSession() throws IOException {
      JsonNode sessions;
      do {
        sessions = controller().path("sessions");
      } while (sessions.isEmpty());
      return sessions.get(0);
    }

    private void assertSession(JsonNode session) {
      Members.assertExactly(
          session,
          "vid integer",
          "id integer",
          "name string",
          "started boolean",
          "max_queues integer",
          "inflight_task_cnt integer",
          "queues array", // ours, as what follows
          "mapped_memory_bytes integer",
          "pinned_memory_bytes integer",
          "pin_failure? string");
      assertThat(session.path("max_queues").intValue()).isEqualTo(3);
      assertThat(session.path("inflight_task_cnt").intValue()).isZero();
    }
  }

  @Nested
  @DisplayName("15: reactors, threads, pollers and notifications")
  class Rule15Reactors {
    private JsonNode threads(String method) throws IOException {
      JsonNode result = target.call(method);
      Members.assertExactly(result, "tick_rate integer", "threads array");
      assertThat(result.path("threads")).hasSize(1);
      return result.path("threads").get(0);
    }

    @Test
    void framework_get_reactors() throws IOException {
      JsonNode result = target.call("framework_get_reactors");
      Members.assertExactly(result, "tick_rate integer", "pid integer", "reactors array");
      assertThat(result.path("pid").longValue()).isEqualTo(ProcessHandle.current().pid());
      JsonNode reactor = result.path("reactors").get(0);
      Members.assertExactly(
          reactor,
          "lcore integer",
          "numa_id integer",
          "tid integer",
          "busy integer",
          "idle integer",
          "in_interrupt boolean",
          "irq integer",
          "sys integer",
          "usr integer",
          "core_freq? integer",
          "lw_threads array",
          "laps integer", // ours, as what follows
          "longest_lap integer",
          "laps_above_100_us integer",
          "sleeps integer",
          "parked_pollers integer",
          "memory_faults integer");
      Members.assertExactly(
          reactor.path("lw_threads").get(0),
          "name string",
          "id integer",
          "cpumask string",
          "elapsed integer");
    }

    @Test
    void thread_get_stats() throws IOException {
      Members.assertExactly(
          threads("thread_get_stats"),
          "name string",
          "id integer",
          "cpumask string",
          "busy integer",
          "idle integer",
          "in_interrupt boolean",
          "active_pollers_count integer",
          "timed_pollers_count integer",
          "paused_pollers_count integer");
    }

    @Test
    void thread_get_pollers() throws Exception {
      target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "m");
      Reactor reactor = target.target.reactors().reactors().getFirst();
      Timer timer = reactor.call(() -> reactor.addTimer(1_000_000_000, () -> {}));
      try (OneGuest guest = new OneGuest(dir.resolve("c"))) {
        guest.read(1);
        JsonNode thread = threads("thread_get_pollers");
        Members.assertExactly(
            thread,
            "name string",
            "id integer",
            "active_pollers array",
            "timed_pollers array",
            "paused_pollers array");
        assertThat(thread.path("active_pollers").size() + thread.path("paused_pollers").size())
            .isEqualTo(1);
        String[] members = {
          "name string", "id integer", "state string", "run_count integer", "busy_count integer"
        };
        thread.path("active_pollers").forEach(p -> Members.assertExactly(p, members));
        thread.path("paused_pollers").forEach(p -> Members.assertExactly(p, members));
        assertThat(thread.path("timed_pollers")).isNotEmpty();
        for (JsonNode timed : thread.path("timed_pollers")) {
          Members.assertExactly(
              timed,
              "name string",
              "id integer",
              "state string",
              "run_count integer",
              "busy_count integer",
              "period_ticks integer");
        }
      }
      reactor.call(
          () -> {
            timer.cancel();
            return null;
          });
    }

    @Test
    void notify_get_notifications() throws IOException {
      JsonNode events = target.call("notify_get_notifications");
      assertThat(events).hasSize(1);
      Members.assertExactly(events.get(0), "type string", "ctx string", "id integer");
      assertThat(target.call("notify_get_types"))
          .extracting(JsonNode::stringValue)
          .contains(events.get(0).path("type").stringValue());
    }
  }
}
