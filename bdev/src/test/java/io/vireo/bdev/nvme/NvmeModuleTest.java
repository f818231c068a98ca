package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.NoParameters;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The calls of operators that need no disk in use. */
class NvmeModuleTest {
  private static final String FIRST = "0000:01:00.0";

  private final ModuleFixture fixture = new ModuleFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private void refused(Runnable call, String sentence) {
    assertThatThrownBy(call::run).isInstanceOf(BdevException.class).hasMessage(sentence);
  }

  @Test
  void attaching_makes_a_bdev_of_each_namespace_and_detaching_removes_them() {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT.withNamespaces(3, 12));
    assertThat(fixture.attach("Nvme0", FIRST)).isEqualTo(List.of("Nvme0n1", "Nvme0n2", "Nvme0n3"));
    Bdev bdev = fixture.bdevs.require("Nvme0n2");
    assertThat(bdev.blockBytes()).isEqualTo(4096);
    assertThat(bdev.productName()).isEqualTo("NVMe disk");
    assertThat(fixture.call("bdev_nvme_detach_controller", fixture.detach("Nvme0")))
        .isEqualTo(true);
    assertThat(fixture.bdevs.all()).isEmpty();
    assertThat(slot.open).isFalse();
    assertThat(slot.allocations()).isZero();
  }

  @Test
  void what_cannot_be_attached_leaves_nothing() {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    slot.model().faults().stickReady(true);
    assertThatThrownBy(() -> fixture.attach("Nvme0", FIRST))
        .isInstanceOf(BdevException.class)
        .hasMessageContaining("CSTS.RDY");
    assertThat(slot.open).isFalse();
    slot.model().faults().stickReady(false);
    assertThat(fixture.attach("Nvme0", FIRST)).isEqualTo(List.of("Nvme0n1"));
    refused(() -> fixture.attach("Nvme0", FIRST), "controller Nvme0 exists already");
    fixture.bus.add("0000:02:00.0", ModelOptions.DEFAULT);
    assertThatThrownBy(() -> fixture.attach("Nvme1", "0000:02:00.0"))
        .as("the same disk by another way")
        .hasMessageContaining("exists already");
    assertThat(fixture.bdevs.all()).hasSize(1);
    refused(
        () -> fixture.call("bdev_nvme_detach_controller", fixture.detach("Nvme7")),
        "there is no NVMe controller Nvme7");
  }

  @Test
  void only_pcie_is_a_transport() {
    Map<String, String> there = Map.of("name", "Nvme0", "trtype", "RDMA", "traddr", FIRST);
    NvmeAttach overRdma = Form.of(NvmeAttach.class, there);
    assertThatThrownBy(() -> fixture.call("bdev_nvme_attach_controller", overRdma))
        .hasMessage("trtype RDMA is not supported: only PCIe");
  }

  @Test
  void functions_are_shown_with_their_configuration_space() {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    assertThat(fixture.call("framework_get_pci_devices", new NoParameters())).isEqualTo(List.of());
    fixture.attach("Nvme0", FIRST);
    assertThat(fixture.call("framework_get_pci_devices", new NoParameters()))
        .isEqualTo(List.of(new PciReport(FIRST, "pci", "868045FC")));
    slot.unreadable = true;
    assertThat(fixture.call("framework_get_pci_devices", new NoParameters())).isEqualTo(List.of());
  }

  @Test
  @SuppressWarnings("unchecked")
  void controllers_are_shown_with_state_and_path() {
    fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
    List<Map<String, Object>> all =
        (List<Map<String, Object>>)
            fixture.call("bdev_nvme_get_controllers", new NvmeGetControllers(null));
    assertThat(all).hasSize(1);
    assertThat(all.getFirst()).containsEntry("name", "Nvme0");
    Map<String, Object> path =
        ((List<Map<String, Object>>) all.getFirst().get("ctrlrs")).getFirst();
    assertThat(path).containsEntry("state", "enabled");
    assertThat(path.get("trid")).isEqualTo(Map.of("trtype", "PCIe", "traddr", FIRST));
    fixture.call("bdev_nvme_disable_controller", new NvmeName("Nvme0", null));
    assertThat(fixture.state("Nvme0")).isEqualTo("disabled");
    refused(
        () -> fixture.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null)),
        "controller Nvme0 is disabled; enable it instead");
    fixture.call("bdev_nvme_enable_controller", new NvmeName("Nvme0", null));
    assertThat(fixture.state("Nvme0")).isEqualTo("enabled");
    fixture.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
    assertThat(fixture.state("Nvme0")).isEqualTo("enabled");
  }

  @Test
  @SuppressWarnings("unchecked")
  void health_is_told_with_the_fields_members() {
    fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
    Map<String, Object> health =
        (Map<String, Object>)
            fixture.call("bdev_nvme_get_controller_health_info", new NvmeHealth("Nvme0"));
    assertThat(health)
        .containsEntry("traddr", FIRST)
        .containsKeys("model_number", "temperature_celsius", "data_units_read", "media_errors");
    assertThat((int) health.get("temperature_celsius")).isEqualTo(300 - 273);
  }

  @Test
  void options_are_for_drives_that_come_and_are_saved() {
    fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    NvmeSetOptions given = Form.of(NvmeSetOptions.class, Map.of("timeout_us", 5_000_000));
    assertThat(fixture.call("bdev_nvme_set_options", given)).isEqualTo(true);
    NvmeSetOptions set = OptionsForm.parameters(OptionsForm.apply(given, NvmeOptions.DEFAULT));
    fixture.attach("Nvme0", FIRST);
    assertThat(fixture.configuration())
        .extracting(ConfigEntry::method)
        .containsExactly("bdev_nvme_set_options", "bdev_nvme_attach_controller");
    assertThat(fixture.configuration())
        .extracting(ConfigEntry::bdev)
        .containsExactly(null, "Nvme0n1");
    assertThat(fixture.configuration().getFirst().parameters()).isEqualTo(set);
    refused(
        () -> fixture.call("bdev_nvme_set_options", set),
        "options of NVMe controllers are set before the first one is attached, Nvme0 is");
  }

  @Test
  void a_removal_that_somebody_asks_for_detaches_the_drive() throws Exception {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
    slot.wantedBack = true;
    ModuleFixture.until(() -> !slot.open);
    assertThat(fixture.bdevs.all()).isEmpty();
    ModuleFixture.until(() -> fixture.configuration().isEmpty());
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void one_that_cannot_be_stopped_is_let_go_nevertheless(boolean byOperator) throws Exception {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
    slot.unstoppable = true;
    slot.model().faults().stickReady(true);
    if (byOperator) {
      assertThat(fixture.call("bdev_nvme_detach_controller", fixture.detach("Nvme0")))
          .isEqualTo(true);
    } else {
      slot.wantedBack = true;
      ModuleFixture.until(() -> fixture.configuration().isEmpty());
      slot.wantedBack = false;
    }
    assertThat(fixture.configuration()).isEmpty();
    assertThat(slot.open).isFalse();
    assertThat(slot.allocations()).isZero();
    assertThat(fixture.bdevs.all()).isEmpty();
    slot.unstoppable = false;
    assertThat(fixture.attach("Nvme0", FIRST)).isEqualTo(List.of("Nvme0n1"));
  }

  @Test
  void one_that_can_neither_be_attached_nor_stopped_leaves_nothing() {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    slot.unstoppable = true;
    slot.model()
        .faults()
        .always(
            command -> {
              slot.model().faults().stickReady(true); // it cannot be disabled then
              return command.isAdmin();
            },
            Kind.STATUS,
            0x4006);
    assertThatThrownBy(() -> fixture.attach("Nvme0", FIRST)).isInstanceOf(BdevException.class);
    assertThat(slot.open).isFalse();
    assertThat(slot.allocations()).isZero();
  }

  @Test
  void the_end_waits_for_a_drive_that_goes_by_itself() {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
    NvmeDrive drive = fixture.drive("Nvme0");
    slot.wantedBack = true;
    while (drive.state() != DriveState.DELETING) {
      Thread.onSpinWait();
    }
    fixture.closeModule();
    assertThat(slot.open).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {0xff, 0})
  void a_drive_that_vanishes_is_detached(int registerByte) throws Exception {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
    slot.model().faults().gone(registerByte);
    ModuleFixture.until(() -> !slot.open);
    assertThat(fixture.bdevs.all()).isEmpty();
    assertThat(slot.allocations()).isZero();
  }

  @Test
  void namespaces_come_and_go_as_bdevs() throws Exception {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT.withNamespaces(2, 9));
    fixture.attach("Nvme0", FIRST);
    slot.model().removeNamespace(1);
    slot.model().event(2, 0, 4); // notice: namespace attribute changed
    ModuleFixture.until(() -> fixture.bdevs.find("Nvme0n1").isEmpty());
    assertThat(fixture.bdevs.find("Nvme0n2")).isPresent();
  }
}
