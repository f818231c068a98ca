package io.vireo.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.Feature;
import io.vireo.nvme.spec.FirmwareSlots;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.spec.SelfTestLog;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Admin commands of an orderly controller (Base 5). */
class AdminCommandsTest {
  private final ModelHost host = new ModelHost(ModelOptions.DEFAULT);
  private final NvmeController controller =
      NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT);

  @AfterEach
  void everything_was_given_back() {
    controller.close();
    assertThat(host.allocations()).isZero();
    host.close();
  }

  @Test
  void namespaces_are_made_attached_detached_and_deleted() { // Base 5.22, 5.23
    NamespaceManagement management = new NamespaceManagement(controller);
    assertThat(management.common().formats()).isEqualTo(2);
    int id = management.create(NewNamespace.of(1000, 1));
    assertThat(id).isEqualTo(2);
    assertThat(controller.rescan()).hasSize(1);
    assertThat(management.allocated()).containsExactly(1, 2);
    assertThat(management.identify(2).sizeBlocks()).isEqualTo(1000);
    assertThat(management.controllersOf(2)).isEmpty();
    management.attach(id, management.controllers());
    assertThat(management.controllersOf(2)).containsExactly(7);
    assertThat(controller.namespaces()).extracting(NvmeNamespace::blocks).contains(1000L);
    assertThatThrownBy(() -> management.attach(id, 7))
        .hasMessageContaining("namespace already attached")
        .extracting(e -> NvmeStatus.typeAndCode(((NvmeException) e).status()))
        .isEqualTo(NvmeStatus.NAMESPACE_ALREADY_ATTACHED);
    management.detach(id, 7);
    assertThat(controller.namespaces()).hasSize(1);
    management.delete(id);
    assertThat(management.allocated()).containsExactly(1);
  }

  @Test
  void what_makes_no_sense_is_not_sent() {
    NamespaceManagement management = new NamespaceManagement(controller);
    long before = host.model().fetched();
    assertThatThrownBy(() -> NewNamespace.of(0, 0))
        .hasMessage("namespace of 0 blocks cannot have a capacity of 0");
    assertThatThrownBy(() -> NamespaceFormat.to(64))
        .hasMessage("block format 64 is not from 0 to 63");
    assertThatThrownBy(() -> management.delete(-1)).hasMessage("namespace 4294967295 is not one");
    assertThatThrownBy(() -> new Firmware(controller).commit(8, Firmware.Commit.REPLACE))
        .hasMessage("firmware slot 8 is not from 0 to 7");
    assertThatThrownBy(() -> new Firmware(controller).download(new byte[5]))
        .hasMessage("firmware image of 5 bytes is not a positive multiple of 4");
    assertThatThrownBy(() -> controller.features().hostIdentifier(new byte[8]))
        .hasMessage("host identifier of 8 bytes is not of 16");
    assertThat(host.model().fetched()).isEqualTo(before);
  }

  @Test
  void what_is_not_offered_is_refused_with_a_sentence() { // OACS
    host.model()
        .faults()
        .lie(c -> c.opcode() == 6 && c.cdw10() == 1, d -> d.putShort(256, (short) 0));
    controller.disable();
    controller.enable();
    assertThatThrownBy(() -> new NamespaceManagement(controller).format(1, NamespaceFormat.to(1)))
        .hasMessage("controller does not offer format (OACS)");
    assertThatThrownBy(() -> new SelfTest(controller).abort())
        .hasMessage("controller does not offer device self-test (OACS)");
    assertThatThrownBy(() -> new Security(controller).receive(0, 0, 0, 512))
        .hasMessage("controller does not offer security send and receive (OACS)");
  }

  @Test
  void a_format_may_take_its_time() { // Base 5.14
    Arrays.fill(host.model().namespace(1).data(), (byte) 1);
    host.model().faults().once(c -> c.opcode() == 0x80, Kind.DELAY, 400_000); // steps of 1 ms
    new NamespaceManagement(controller).format(1, NamespaceFormat.to(1));
    assertThat(host.model().namespace(1).data()).containsOnly(0);
    assertThat(host.nanoTime()).isGreaterThan(400_000_000_000L);
  }

  @Test
  void firmware_goes_in_pieces_and_runs_after_a_reset() { // Base 5.12, 5.13
    Firmware firmware = new Firmware(controller);
    host.model().step(); // requests for events
    byte[] image = new byte[4096 * 5 + 100];
    System.arraycopy("2.0 new ".getBytes(StandardCharsets.US_ASCII), 0, image, 0, 8);
    long before = host.model().fetched();
    firmware.download(image);
    assertThat(host.model().fetched() - before).isEqualTo(6);
    assertThat(firmware.commit(2, Firmware.Commit.REPLACE_AND_ACTIVATE_BY_RESET))
        .isEqualTo(Firmware.Needs.CONTROLLER_RESET);
    FirmwareSlots slots = firmware.slots();
    assertThat(slots.active()).isEqualTo(1);
    assertThat(slots.next()).isEqualTo(2);
    assertThat(slots.revisions()).startsWith("1.0", "2.0 new", "");
    assertThat(firmware.commit(2, Firmware.Commit.ACTIVATE_NOW))
        .isEqualTo(Firmware.Needs.CONTROLLER_RESET);
    assertThatThrownBy(() -> firmware.commit(7, Firmware.Commit.REPLACE))
        .hasMessageContaining("invalid firmware slot");
  }

  @Test
  void security_protocols_are_carried_both_ways() { // Base 5.25, 5.26
    Security security = new Security(controller);
    byte[] secret = new byte[600];
    new Random(1).nextBytes(secret);
    security.send(0, 0xea, 0x1234, secret);
    byte[] back = security.receive(0, 0, 0, 604);
    assertThat(Arrays.copyOf(back, 4)).containsExactly(0, 0x34, 0x12, 0xea);
    assertThat(Arrays.copyOfRange(back, 4, 604)).isEqualTo(secret);
  }

  @Test
  void a_self_test_runs_is_aborted_and_leaves_a_result() { // Base 5.8
    SelfTest test = new SelfTest(controller);
    assertThat(test.log().running()).isZero();
    test.start(SelfTestLog.Kind.EXTENDED, SelfTest.ALL_NAMESPACES);
    assertThat(test.log().running()).isEqualTo(SelfTestLog.Kind.EXTENDED.code());
    assertThat(test.log().percentDone()).isEqualTo(7);
    assertThatThrownBy(() -> test.start(SelfTestLog.Kind.SHORT, 0))
        .hasMessageContaining("device self-test in progress");
    test.abort();
    SelfTestLog log = test.log();
    assertThat(log.running()).isZero();
    assertThat(log.results()).hasSize(1);
    assertThat(log.results().getFirst().outcome()).isEqualTo(1);
    assertThat(log.results().getFirst().passed() || log.results().getFirst().failed()).isFalse();
  }

  @Test
  void features_are_numbers_or_bytes() { // Base 5.27.1
    Features features = controller.features();
    features.volatileWriteCache(true);
    assertThat(features.volatileWriteCache()).isTrue();
    features.arbitration(7, 1, 2, 256);
    assertThat(features.get(Feature.ARBITRATION)).isEqualTo(0xff01_0007);
    features.temperatureThreshold(350, 2, true);
    assertThat(features.get(Feature.TEMPERATURE_THRESHOLD)).isEqualTo(0x12_0000 | 350);
    features.interruptCoalescing(8, 3);
    assertThat(features.get(Feature.INTERRUPT_COALESCING)).isEqualTo(0x307);
    features.powerState(3);
    assertThat(features.powerState()).isEqualTo(3);
    features.keepAliveMs(5000);
    controller.admin().keepAlive();
    assertThat(host.model().keepAlives()).isEqualTo(1);
    features.timestampMs(0x1234_5678_9abcL);
    assertThat(features.timestampMs()).isEqualTo(0x1234_5678_9abcL);
    byte[] id = "sixteen bytes id".getBytes(StandardCharsets.US_ASCII);
    features.hostIdentifier(id);
    assertThat(features.hostIdentifier()).isEqualTo(id);
    assertThat(features.get(Feature.ARBITRATION, 0, Features.Select.CAPABILITIES)).isEqualTo(4);
    assertThatThrownBy(() -> features.set(Feature.ARBITRATION, 0, 1, true))
        .hasMessageContaining("feature identifier not saveable");
  }

  @Test
  void any_command_can_be_passed_through_with_data_either_way() {
    AdminQueue admin = controller.admin();
    AdminResult identity = admin.passThrough(AdminCommand.of(0x06).dword(10, 1), new byte[4096]);
    assertThat(identity.status()).isZero();
    assertThat(Arrays.copyOfRange(identity.data(), 4, 11))
        .isEqualTo("MODEL-1".getBytes(StandardCharsets.US_ASCII));
    byte[] sent = {1, 2, 3, 4};
    AdminResult send = admin.passThrough(AdminCommand.of(0x81).dword(10, 5).dword(11, 4), sent);
    assertThat(send.status()).isZero();
    assertThat(send.data()).isEmpty();
    AdminResult back = admin.passThrough(AdminCommand.of(0x82).dword(11, 8), new byte[8]);
    assertThat(back.data()).containsExactly(5, 0, 0, 0, 1, 2, 3, 4);
    AdminResult number = admin.passThrough(AdminCommand.of(0x0a).dword(10, 7), new byte[0]);
    assertThat(number.dword0()).isEqualTo(0x0003_0003);
    AdminResult bad = admin.passThrough(AdminCommand.of(0xc3), new byte[0]);
    assertThat(NvmeStatus.typeAndCode(bad.status())).isEqualTo(NvmeStatus.INVALID_OPCODE);
    assertThatThrownBy(() -> admin.passThrough(AdminCommand.of(0x06), new byte[2 << 20]))
        .hasMessage("admin command 06h was not taken: its data are too long");
  }

  @Test
  void what_is_passed_through_gets_the_time_that_is_told_and_no_other() {
    AdminQueue admin = controller.admin();
    host.model().faults().once(c -> c.opcode() == 0x0a, Kind.DROP, 0);
    AdminCommand number = AdminCommand.of(0x0a).dword(10, 7).timeoutMs(70);
    long before = host.nanoTime();
    assertThatThrownBy(() -> admin.passThrough(number, new byte[0]))
        .hasMessage("admin command 0ah did not end within 70 ms");
    assertThat(host.nanoTime() - before).isBetween(70_000_000L, 80_000_000L);
    host.model().faults().once(c -> c.opcode() == 0x0a, Kind.DELAY, 40_000); // steps of 1 ms
    number.timeoutMs(50_000);
    assertThat(admin.passThrough(number, new byte[0]).dword0()).isEqualTo(0x0003_0003);
    host.model().faults().once(c -> c.opcode() == 0x0a, Kind.DROP, 0);
    number.timeoutMs(0);
    assertThatThrownBy(() -> admin.passThrough(number, new byte[0]))
        .hasMessage("admin command 0ah did not end within 30000 ms");
  }

  @Test
  void fewer_queues_than_asked_for_are_all_there_are() { // Base 5.27.1.5
    assertThat(ControllerOptions.DEFAULT.ioQueues()).isEqualTo(64);
    assertThat(controller.queuePairs()).isEqualTo(4);
    controller.disable();
    assertThatThrownBy(controller::admin).hasMessage("controller is disabled");
    controller.enable();
    assertThat(controller.queuePairs()).isEqualTo(4);
    assertThat(controller.features().queues(2)).isEqualTo(2);
  }

  @Test
  void limits_of_the_command_set_are_known() {
    assertThat(controller.limits().dsmRanges()).isEqualTo(16);
    assertThat(controller.limits().verify()).isZero();
  }
}
