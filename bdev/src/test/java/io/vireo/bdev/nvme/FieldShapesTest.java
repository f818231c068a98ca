package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.nvme.model.ModelOptions;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * Rules 12, 16 and 17 of the field's wire, as far as they are about drives: each member by its
 * name, type and place. What a drive on PCI has none of is left out: {@code adrfam}, {@code
 * trsvcid}, {@code alternate_trids}, {@code cuse_device}, {@code ana_state}, {@code security}.
 */
class FieldShapesTest {
  private static final String ADDRESS = "0000:01:00.0";

  private final ModuleFixture fixture = new ModuleFixture();
  private Object attached;

  @BeforeEach
  void attach() {
    fixture.bus.add(ADDRESS, ModelOptions.DEFAULT.withNamespaces(2, 12));
    attached = fixture.attach("Nvme0", ADDRESS);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  /** These members, {@code name Type} each, in this order, and no others. */
  private static void assertMembers(Object object, String... declared) {
    Map<?, ?> map = (Map<?, ?>) object;
    List<String> types =
        map.entrySet().stream().map(e -> e.getKey() + " " + type(e.getValue())).toList();
    assertThat(types).isEqualTo(Arrays.asList(declared));
  }

  private static String type(Object value) {
    return switch (value) {
      case String _ -> "string";
      case Integer _, Long _ -> "integer";
      case Boolean _ -> "boolean";
      case List<?> _ -> "array";
      case Map<?, ?> _ -> "object";
      default -> value.getClass().getName();
    };
  }

  private static Object member(Object object, String name) {
    return ((Map<?, ?>) object).get(name);
  }

  private static Object only(Object list) {
    assertThat((List<?>) list).hasSize(1);
    return ((List<?>) list).getFirst();
  }

  @Nested
  @DisplayName("12: attaching a drive is answered with the names of its disks")
  class Rule12Names {
    @Test
    void one_of_each_namespace() {
      assertThat(attached).isEqualTo(List.of("Nvme0n1", "Nvme0n2"));
    }
  }

  @Nested
  @DisplayName("16: a controller has a name and paths to it")
  class Rule16Controllers {
    private Object controller() {
      return only(fixture.call("bdev_nvme_get_controllers", new NvmeGetControllers("Nvme0")));
    }

    @Test
    void with_the_fields_members() {
      assertMembers(controller(), "name string", "ctrlrs array");
      Object path = only(member(controller(), "ctrlrs"));
      assertMembers(
          path,
          "state string",
          "trid object",
          "cntlid integer",
          "host object",
          "zero_copy boolean"); // ours
      assertMembers(member(path, "trid"), "trtype string", "traddr string");
      assertMembers(
          member(path, "host"),
          "nqn string",
          "addr string",
          "svcid string",
          "no_shn_notification boolean");
    }

    @Test
    void and_the_drives_values() {
      assertThat(controller())
          .hasToString(
              "{name=Nvme0, ctrlrs=[{state=enabled, trid={trtype=PCIe, traddr=0000:01:00.0},"
                  + " cntlid=7, host={nqn=, addr=, svcid=, no_shn_notification=false},"
                  + " zero_copy=false}]}");
    }
  }

  @Nested
  @DisplayName("17: a disk on a drive tells the drive's data and the namespace's")
  class Rule17Disks {
    private Object specific() {
      return fixture.bdevs.require("Nvme0n2").driverSpecific();
    }

    @Test
    void with_the_fields_members() {
      assertMembers(specific(), "nvme array", "mp_policy string");
      Object nvme = only(member(specific(), "nvme"));
      assertMembers(
          nvme,
          "pci_address string",
          "trid object",
          "ctrlr_data object",
          "vs object",
          "ns_data object");
      assertMembers(member(nvme, "trid"), "trtype string", "traddr string");
      Object data = member(nvme, "ctrlr_data");
      assertMembers(
          data,
          "cntlid integer",
          "vendor_id string",
          "model_number string",
          "serial_number string",
          "firmware_revision string",
          "subnqn string",
          "oacs object",
          "multi_ctrlr boolean",
          "ana_reporting boolean");
      assertMembers(
          member(data, "oacs"),
          "security integer",
          "format integer",
          "firmware integer",
          "ns_manage integer");
      assertMembers(member(nvme, "vs"), "nvme_version string");
      assertMembers(member(nvme, "ns_data"), "id integer", "can_share boolean");
    }

    @Test
    void and_the_drives_values() {
      assertThat(specific())
          .hasToString(
              "{nvme=[{pci_address=0000:01:00.0, trid={trtype=PCIe, traddr=0000:01:00.0},"
                  + " ctrlr_data={cntlid=7, vendor_id=0x1b36,"
                  + " model_number=Controller in plain memory, serial_number=MODEL-1,"
                  + " firmware_revision=1.0, subnqn=nqn.2026-01.io.vireo:model,"
                  + " oacs={security=1, format=1, firmware=1, ns_manage=1},"
                  + " multi_ctrlr=false, ana_reporting=false},"
                  + " vs={nvme_version=2.0}, ns_data={id=2, can_share=false}}],"
                  + " mp_policy=active_passive}");
    }
  }
}
