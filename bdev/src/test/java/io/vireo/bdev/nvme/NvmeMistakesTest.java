package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.linux.Errno;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.nvme.model.ModelOptions;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators are told of parameters that cannot be, and what is kept of those that can. */
class NvmeMistakesTest {
  private static final String FIRST = "0000:01:00.0";

  private final ModuleFixture fixture = new ModuleFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private void refused(Runnable call, int errno, String sentence) {
    assertThatThrownBy(call::run)
        .isInstanceOfSatisfying(BdevException.class, e -> assertThat(e.errno()).isEqualTo(errno))
        .hasMessage(sentence);
  }

  private Object options(Map<String, ?> given) {
    return fixture.call("bdev_nvme_set_options", Form.of(NvmeSetOptions.class, given));
  }

  private Object attach(Map<String, ?> given) {
    return fixture.call("bdev_nvme_attach_controller", Form.of(NvmeAttach.class, given));
  }

  @Test
  void a_controller_that_the_kernel_does_not_give_is_named_with_what_to_do() {
    refused(
        () -> fixture.attach("Nvme0", FIRST),
        Errno.ENODEV,
        "0000:01:00.0 cannot be had: open of 0000:01:00.0; plug it in");
    fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
  }

  @Test
  void this_machine_s_bus_tells_what_is_no_address_and_what_is_not_there() {
    try (PcieBus bus =
        new PcieBus(new BdevContext(new BdevRegistry(), null, new MemoryRegistry()))) {
      for (boolean withoutIommu : new boolean[] {false, true}) {
        refused(
            () -> bus.open("fffe:1f:1f.7", withoutIommu),
            Errno.ENODEV,
            "there is no PCI function fffe:1f:1f.7");
        assertThatThrownBy(() -> bus.open("nvme0", withoutIommu))
            .isInstanceOf(BdevException.class)
            .hasMessageStartingWith("traddr: ");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"disable", "failover", "multipath"})
  void there_is_no_second_path_to_a_pci_function(String multipath) {
    fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    Map<String, String> given =
        Map.of("name", "Nvme0", "trtype", "PCIe", "traddr", FIRST, "multipath", multipath);
    attach(given);
    refused(() -> attach(given), Errno.EEXIST, "controller Nvme0 exists already");
    assertThat(fixture.configuration()).hasSize(1);
  }

  @Test
  void what_the_field_saves_for_connections_over_a_network_is_taken_and_saved_again() {
    fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    String host = "nqn.2014-08.org.nvmexpress:uuid:0f3c6bd4-24d1-4a5c-a62b-8a2b2f1f7b11";
    Map<String, Object> given =
        Map.of(
            "name",
            "Nvme0",
            "trtype",
            "PCIe",
            "traddr",
            FIRST,
            "hostnqn",
            host,
            "fabrics_connect_timeout_us",
            500_000);
    attach(given);
    assertThat(fixture.configuration().getFirst().parameters())
        .isEqualTo(Form.of(NvmeAttach.class, given));
  }

  @Test
  void no_number_of_requests_is_the_usual_one() {
    options(Map.of("io_queue_requests", 17));
    assertThat(fixture.configuration()).hasSize(1);
    options(Map.of("io_queue_requests", 0));
    assertThat(fixture.configuration()).as("all is as by default").isEmpty();
    refused(
        () -> options(Map.of("io_queue_requests", 4097)),
        Errno.EINVAL,
        "io_queue_requests 4097 is not between 0 and 4096");
  }

  @ParameterizedTest
  @CsvSource({
    "num_io_queues, 0, 'num_io_queues 0 is not between 1 and 65535'",
    "num_io_queues, 65536, 'num_io_queues 65536 is not between 1 and 65535'",
    "max_bdevs, -3, max_bdevs -3 is less than 1"
  })
  void numbers_that_cannot_be_are_refused_before_anything_is_taken(
      String name, int value, String sentence) {
    Map<String, Object> given =
        Map.of("name", "Nvme0", "trtype", "PCIe", "traddr", FIRST, name, value);
    refused(() -> attach(given), Errno.EINVAL, sentence);
    assertThat(fixture.configuration()).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "opc, -1, 0, 255",
    "opc, 256, 0, 255",
    "sct, -1, 0, 255",
    "sc, 256, 0, 255",
    "err_count, 0, 1, 4294967295",
    "err_count, 4294967296, 1, 4294967295",
    "timeout_in_us, -1, 0, 86400000000",
    "timeout_in_us, 86400000001, 0, 86400000000"
  })
  void errors_that_cannot_be_are_refused(String name, long value, long least, long most) {
    fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
    Map<String, Object> given = new HashMap<>(Map.of("name", "Nvme0", "cmd_type", "io", "opc", 1));
    given.put(name, value);
    refused(
        () ->
            fixture.call(
                "bdev_nvme_add_error_injection", Form.of(NvmeAddErrorInjection.class, given)),
        Errno.EINVAL,
        "%s %d is not between %d and %d".formatted(name, value, least, most));
    assertThat(fixture.drive("Nvme0").errors().any()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({"-1", "86400001", "2147483648", "86400000000"})
  void a_keep_alive_time_that_no_controller_can_be_told_is_refused(long ms) {
    refused(
        () -> options(Map.of("keep_alive_timeout_ms", ms)),
        Errno.EINVAL,
        "keep_alive_timeout_ms %d is not between 0 and 86400000".formatted(ms));
  }

  @Test
  void hot_plug_is_saved_while_it_is_enabled_after_the_drives_that_were_attached() {
    fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
    NvmeSetHotplug set = new NvmeSetHotplug(true, 200_000);
    assertThat(fixture.call("bdev_nvme_set_hotplug", set)).isEqualTo(true);
    assertThat(fixture.configuration())
        .extracting(ConfigEntry::method)
        .containsExactly("bdev_nvme_attach_controller", "bdev_nvme_set_hotplug");
    assertThat(fixture.configuration().getLast().parameters()).isEqualTo(set);
    refused(
        () -> fixture.call("bdev_nvme_set_hotplug", new NvmeSetHotplug(false, 10_000_001)),
        Errno.EINVAL,
        "period_us 10000001 is not between 0 and 10000000");
    assertThat(fixture.configuration().getLast().parameters()).isEqualTo(set);
    fixture.call("bdev_nvme_set_hotplug", new NvmeSetHotplug(false, 0));
    assertThat(fixture.configuration())
        .extracting(ConfigEntry::method)
        .containsExactly("bdev_nvme_attach_controller");
  }
}
