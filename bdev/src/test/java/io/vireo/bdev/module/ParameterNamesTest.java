package io.vireo.bdev.module;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The methods and parameters that tools of SPDK send. */
class ParameterNamesTest {
  private final ModuleCalls calls = new ModuleCalls();

  private List<String> parameters(String method, Predicate<RecordComponent> which) {
    RecordComponent[] components = calls.methods().get(method).parameters().getRecordComponents();
    return Arrays.stream(components).filter(which).map(RecordComponent::getName).toList();
  }

  private List<String> required(String method) {
    return parameters(method, c -> !c.isAnnotationPresent(Optional.class));
  }

  private List<String> optional(String method) {
    return parameters(method, c -> c.isAnnotationPresent(Optional.class));
  }

  @Test
  void the_modules_offer_these_methods() {
    assertThat(calls.methods())
        .containsOnlyKeys(
            "bdev_malloc_create",
            "bdev_malloc_delete",
            "bdev_null_create",
            "bdev_null_delete",
            "bdev_null_resize",
            "bdev_uring_create",
            "bdev_uring_rescan",
            "bdev_uring_delete",
            "bdev_aio_create",
            "bdev_aio_rescan",
            "bdev_aio_delete",
            "bdev_nvme_set_options",
            "bdev_nvme_set_hotplug",
            "bdev_nvme_attach_controller",
            "bdev_nvme_detach_controller",
            "bdev_nvme_get_controllers",
            "bdev_nvme_reset_controller",
            "bdev_nvme_enable_controller",
            "bdev_nvme_disable_controller",
            "bdev_nvme_get_controller_health_info",
            "bdev_nvme_get_transport_statistics",
            "framework_get_pci_devices",
            "bdev_nvme_add_error_injection",
            "bdev_nvme_remove_error_injection",
            "bdev_nvme_send_cmd",
            "bdev_split_create",
            "bdev_split_delete",
            "bdev_passthru_create",
            "bdev_passthru_delete",
            "bdev_delay_create",
            "bdev_delay_update_latency",
            "bdev_delay_delete",
            "bdev_error_create",
            "bdev_error_inject_error",
            "bdev_error_resume_pending",
            "bdev_error_delete");
  }

  @Test
  void required_parameters() {
    Map<String, List<String>> required =
        Map.of(
            "bdev_malloc_create", List.of("block_size", "num_blocks"),
            "bdev_null_create", List.of("name", "block_size", "num_blocks"),
            "bdev_null_resize", List.of("name", "new_size"),
            "bdev_uring_create", List.of("filename", "name"),
            "bdev_aio_create", List.of("name", "filename"),
            "bdev_nvme_attach_controller", List.of("name", "trtype", "traddr"),
            "bdev_nvme_set_hotplug", List.of("enable"),
            "bdev_nvme_add_error_injection", List.of("name", "cmd_type", "opc"),
            "bdev_nvme_send_cmd", List.of("name", "cmd_type", "data_direction", "cmdbuf"));
    required.forEach((method, names) -> assertThat(required(method)).isEqualTo(names));
  }

  @Test
  void parameters_of_bdevs_that_stand_on_others() {
    assertThat(required("bdev_split_create")).containsExactly("base_bdev", "split_count");
    assertThat(optional("bdev_split_create")).containsExactly("split_size_mb", "split_size_blocks");
    assertThat(required("bdev_split_delete")).containsExactly("base_bdev");
    assertThat(required("bdev_passthru_create")).containsExactly("base_bdev_name", "name");
    assertThat(optional("bdev_passthru_create")).containsExactly("uuid");
    assertThat(required("bdev_delay_create"))
        .containsExactly(
            "base_bdev_name",
            "name",
            "avg_read_latency",
            "p99_read_latency",
            "avg_write_latency",
            "p99_write_latency");
    assertThat(optional("bdev_delay_create")).containsExactly("uuid");
    assertThat(required("bdev_delay_update_latency"))
        .containsExactly("delay_bdev_name", "latency_type", "latency_us");
    assertThat(required("bdev_error_create")).containsExactly("base_name");
    assertThat(optional("bdev_error_create")).containsExactly("uuid");
    assertThat(required("bdev_error_inject_error"))
        .containsExactly("name", "io_type", "error_type");
    assertThat(optional("bdev_error_inject_error"))
        .containsExactly(
            "nvme_sct", "nvme_sc", "num", "queue_depth", "corrupt_offset", "corrupt_value");
    assertThat(required("bdev_error_resume_pending")).containsExactly("name");
  }

  @Test
  void optional_parameters() {
    assertThat(optional("bdev_malloc_create"))
        .containsExactlyInAnyOrder(
            "name",
            "uuid",
            "optimal_io_boundary",
            "md_size",
            "md_interleave",
            "dif_type",
            "dif_is_head_of_md",
            "physical_block_size",
            "dif_pi_format",
            "numa_id");
    assertThat(optional("bdev_null_create"))
        .containsExactlyInAnyOrder(
            "uuid",
            "physical_block_size",
            "md_size",
            "dif_type",
            "dif_pi_format",
            "dif_is_head_of_md",
            "preferred_write_granularity",
            "preferred_write_alignment",
            "optimal_write_size",
            "preferred_unmap_granularity",
            "preferred_unmap_alignment");
    assertThat(optional("bdev_uring_create")).containsExactlyInAnyOrder("block_size", "uuid");
    assertThat(optional("bdev_aio_create"))
        .containsExactlyInAnyOrder("block_size", "readonly", "fallocate", "uuid", "nowait");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "bdev_malloc_delete",
        "bdev_null_delete",
        "bdev_uring_delete",
        "bdev_uring_rescan",
        "bdev_aio_delete",
        "bdev_aio_rescan",
        "bdev_passthru_delete",
        "bdev_delay_delete",
        "bdev_error_delete"
      })
  void a_deletion_takes_a_name(String method) {
    assertThat(required(method)).containsExactly("name");
    assertThat(optional(method)).isEmpty();
  }

  @Test
  void what_comes_later_is_optional_too() {
    for (Method<?> method : calls.methods().values()) {
      assertThat(parameters(method.name(), c -> c.isAnnotationPresent(Later.class)))
          .isSubsetOf(optional(method.name()));
    }
  }
}
