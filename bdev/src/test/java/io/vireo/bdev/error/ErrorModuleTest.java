package io.vireo.bdev.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.module.ConfigEntry;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ErrorModuleTest {
  private static final UUID ID = UUID.fromString("2b6601ba-eada-44fb-9a83-a20eb9eb9e90");

  private final ErrorFixture errors = new ErrorFixture();

  @BeforeEach
  void create() {
    errors.filters.calls.createNull("M", 8);
    ErrorCreate parameters = new ErrorCreate("M", ID);
    assertThat(errors.filters.calls.call("bdev_error_create", parameters)).isEqualTo(true);
  }

  @AfterEach
  void close() {
    errors.filters.close();
  }

  @Test
  void creates_by_a_fixed_name_and_saves_without_what_was_injected() {
    errors.inject(RequestKind.ALL, ErrorType.FAILURE, 5);
    Bdev bdev = errors.filters.calls.bdevs.require(ID.toString());
    assertThat(bdev.name()).isEqualTo("EE_M");
    assertThat(bdev.productName()).isEqualTo("Error Injection Disk");
    assertThat(bdev.driverSpecific().toString()).contains("base_bdev=M");
    assertThat(errors.filters.calls.configuration())
        .last()
        .isEqualTo(new ConfigEntry("bdev_error_create", new ErrorCreate("M", ID), "EE_M"));
    assertThat(errors.filters.calls.call("bdev_error_delete", new ErrorName("EE_M")))
        .isEqualTo(true);
    assertThat(errors.filters.calls.configuration()).hasSize(1);
  }

  @Test
  void what_makes_no_sense_is_refused_and_injects_nothing() {
    refused(
        ErrorFixture.corruption(RequestKind.READ, 1, 0, 0),
        "corrupt_value 0 is not between 1 and 255");
    refused(
        ErrorFixture.corruption(RequestKind.READ, 1, 0, 256),
        "corrupt_value 256 is not between 1 and 255");
    refused(
        ErrorFixture.corruption(RequestKind.FLUSH, 1, 0, 1),
        "only reads and writes have data that can be corrupted");
    refused(nvme(0, 0), "nvme_sct 0 and nvme_sc 0 are a success");
    refused(nvme(8, 1), "nvme_sct 8 and nvme_sc 1 are not at most 7 and 255");
    refused(nvme(1, 256), "nvme_sct 1 and nvme_sc 256 are not at most 7 and 255");
    ChannelDriver driver = errors.filters.driver("EE_M", 1);
    driver.write(0, new byte[512]);
    assertThat(driver.run(IoType.FLUSH, 0, 0)).isEqualTo(IoStatus.OK);
    assertThat(driver.read(0, 512)).containsOnly((byte) 0xee);
  }

  private static ErrorInject nvme(int sct, int sc) {
    return new ErrorInject("EE_M", RequestKind.ALL, ErrorType.NVME_FAILURE, sct, sc, 1, 0, 0, 0);
  }

  private void refused(ErrorInject parameters, String message) {
    errors.filters.calls.refusal("bdev_error_inject_error", parameters).hasMessage(message);
  }

  @Test
  void clearing_needs_nothing_else() {
    errors.inject(ErrorFixture.corruption(RequestKind.ALL, 9, 0, 1));
    errors.inject(ErrorFixture.corruption(RequestKind.CLEAR, 0, 0, 0));
    assertThat(errors.filters.driver("EE_M", 1).read(0, 512)).containsOnly((byte) 0xee);
  }

  @Test
  void bdevs_of_other_modules_are_refused() {
    String message = "bdev M is of another module: Null disk";
    for (String method : new String[] {"bdev_error_delete", "bdev_error_resume_pending"}) {
      errors.filters.calls.refusal(method, new ErrorName("M")).hasMessage(message);
    }
    ErrorInject parameters =
        new ErrorInject("M", RequestKind.ALL, ErrorType.FAILURE, 0, 0, 1, 0, 0, 0);
    refused(parameters, message);
    errors
        .filters
        .calls
        .refusal("bdev_error_create", new ErrorCreate("M", null))
        .hasMessage("bdev M is claimed by error bdev of M");
  }
}
