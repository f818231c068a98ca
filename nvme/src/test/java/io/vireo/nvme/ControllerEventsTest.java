package io.vireo.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.AsyncEvent;
import io.vireo.nvme.spec.ErrorLogEntry;
import io.vireo.nvme.spec.SmartLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Asynchronous events (Base 5.2), from the controller to whoever listens. */
class ControllerEventsTest {
  private static final int HEALTH = 1;
  private static final int NOTICE = 2;

  private final ModelHost host = new ModelHost(ModelOptions.DEFAULT.withNamespaces(3, 9));
  private final NvmeController controller =
      NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT);
  private final List<String> told = new ArrayList<>();

  @BeforeEach
  void listen() {
    controller
        .events()
        .listen(
            new ControllerEvents.Listener() {
              @Override
              public void happened(AsyncEvent event) {
                told.add(event.toString());
              }

              @Override
              public void health(SmartLog log) {
                told.add("health " + log.warnings());
              }

              @Override
              public void errors(List<ErrorLogEntry> newest) {
                told.add(newest.size() + " errors");
              }

              @Override
              public void namespacesChanged(NamespaceChanges changes) {
                told.add(words(changes));
              }
            });
  }

  private static String words(NamespaceChanges changes) {
    return "removed %s added %s grown %s"
        .formatted(
            changes.removed().stream().map(NvmeNamespace::id).toList(),
            changes.added().stream().map(NvmeNamespace::id).toList(),
            changes.changed().stream()
                .filter(NamespaceChanges.Change::isResize)
                .map(change -> change.after().id())
                .toList());
  }

  @AfterEach
  void end() {
    controller.close();
    assertThat(host.allocations()).isZero();
    host.close();
  }

  private void poll() {
    host.model().step();
    controller.events().poll();
  }

  @Test
  void namespaces_that_came_went_and_grew_are_told() {
    host.model().removeNamespace(2);
    host.model().putNamespace(4, 100);
    host.model().putNamespace(3, 20_000);
    host.model().event(NOTICE, 0, 4);
    poll();
    assertThat(told)
        .containsExactly(
            "namespace attribute changed (type 2h, information 00h)",
            "removed [2] added [4] grown [3]");
    assertThat(controller.namespaces()).extracting(NvmeNamespace::id).containsExactly(1, 3, 4);
    poll();
    assertThat(told).hasSize(2);
  }

  @Test
  void a_namespace_that_comes_while_events_are_asked_for_is_not_missed() {
    host.model()
        .faults()
        .always(
            c -> {
              if (c.opcode() == 0x09 && (c.cdw10() & 0xff) == 0x0b) {
                host.model().putNamespace(5, 100);
              }
              return false;
            },
            Kind.DROP,
            0);
    controller.disable();
    controller.enable();
    assertThat(controller.namespaces()).extracting(NvmeNamespace::id).contains(5);
  }

  @Test
  void a_namespace_with_another_name_went_and_came() {
    host.model()
        .faults()
        .lie(c -> c.opcode() == 6 && c.cdw10() == 3 && c.nsid() == 2, d -> d.put(8, (byte) 9));
    host.model().event(NOTICE, 0, 4);
    poll();
    assertThat(told).last().isEqualTo("removed [2] added [2] grown []");
  }

  @Test
  void what_a_rescan_finds_by_itself_is_told_too() {
    host.model().removeNamespace(1);
    controller.rescan();
    controller.events().poll();
    assertThat(told).containsExactly("removed [1] added [] grown []");
  }

  @Test
  void a_warning_is_told_with_the_health_and_told_again_after_it_was_read() {
    host.model().event(HEALTH, 1, 2);
    host.model().event(HEALTH, 1, 2);
    poll();
    poll();
    String event = "temperature is beyond a threshold (type 1h, information 01h)";
    String health = "health [temperature is beyond a threshold]";
    assertThat(told).containsExactly(event, health, event, health);
  }

  @Test
  void events_that_come_while_a_command_is_waited_for_are_kept() {
    host.model().event(HEALTH, 0, 2);
    controller.rescan();
    assertThat(told).isEmpty();
    assertThat(controller.events().poll()).isEqualTo(1);
    assertThat(told).hasSize(2);
  }

  @Test
  void nothing_is_lost_over_a_reset() {
    host.model().event(HEALTH, 0, 2);
    host.model().step();
    controller.rescan(); // the event is here, nobody has looked at it
    host.model().removeNamespace(3);
    controller.disable();
    host.model().event(NOTICE, 0, 4); // told to nobody
    controller.enable();
    poll();
    assertThat(told)
        .containsExactly(
            "reliability is degraded (type 1h, information 00h)",
            "health [reliability is degraded]",
            "health [reliability is degraded]",
            "removed [3] added [] grown []");
    told.clear();
    host.model().putNamespace(3, 10);
    host.model().event(NOTICE, 0, 4); // and they come again
    poll();
    assertThat(told).last().isEqualTo("removed [] added [3] grown []");
  }

  @Test
  void an_event_that_could_not_be_dealt_with_is_kept() {
    host.model().removeNamespace(2);
    host.model().event(NOTICE, 0, 4);
    host.model().faults().once(c -> c.opcode() == 6, Kind.DROP, 0);
    host.model().step();
    assertThatThrownBy(() -> controller.events().poll())
        .hasMessage("admin command 06h did not end within 30000 ms");
    assertThat(told).isEmpty();
    controller.events().poll();
    assertThat(told).hasSize(2).last().isEqualTo("removed [2] added [] grown []");
    controller.disable(); // the lost command's memory
    controller.enable();
  }

  @Test
  void errors_are_told_with_the_log() {
    host.model().logs().page(1)[0] = 1;
    host.model().event(0, 4, 1);
    poll();
    assertThat(told)
        .containsExactly("transient internal error (type 0h, information 04h)", "1 errors");
  }

  @Test
  void firmware_that_starts_is_waited_for() { // Base 3.11.1
    host.model().event(NOTICE, 1, 3);
    poll();
    assertThat(told).containsExactly("firmware activation starting (type 2h, information 01h)");
  }

  @Test
  void a_flood_is_heard_no_more_often_than_it_is_asked_for() {
    host.model().faults().floodEvents(true);
    long before = host.model().fetched();
    for (int i = 0; i < 1000; i++) {
      poll();
    }
    assertThat(told.size()).isBetween(1000, 4004);
    assertThat(host.model().fetched() - before).isLessThanOrEqualTo(4004);
    assertThat(controller.rescan()).hasSize(3);
    host.model().faults().floodEvents(false);
  }

  @Test
  void a_flood_that_nobody_asks_for_stops_by_itself() {
    host.model().faults().floodEvents(true);
    for (int i = 0; i < 200; i++) {
      controller.rescan();
    }
    host.model().faults().floodEvents(false);
    assertThat(controller.events().poll()).isBetween(1, 64);
  }

  @Test
  void commands_have_room_beside_the_requests_for_events() {
    host.model().step();
    assertThat(host.model().eventRequests()).isEqualTo(4);
    ControllerOptions small =
        new ControllerOptions(
            4, 64, 1000, 10_000, 0, Arbitration.DEFAULT, Set.of(), CommandErrors.NONE);
    try (ModelHost other = new ModelHost(ModelOptions.DEFAULT);
        NvmeController of = NvmeController.attach(other.transport(), other, other, small)) {
      other.model().step();
      assertThat(other.model().eventRequests()).isEqualTo(1);
      assertThat(of.rescan()).hasSize(1);
    }
  }

  @Test
  void a_controller_that_wants_no_requests_gets_no_more_of_them() { // Base 5.2, status 05h
    host.model().faults().once(c -> c.opcode() == 0x0c, Kind.STATUS, 0x4105);
    controller.disable();
    controller.enable();
    for (int i = 0; i < 5; i++) {
      poll();
    }
    assertThat(host.model().eventRequests()).isEqualTo(3);
  }
}
