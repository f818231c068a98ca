package io.vireo.bdev.passthru;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.filter.FilterFixture;
import io.vireo.bdev.module.ConfigEntry;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PassthruModuleTest {
  private static final UUID ID = UUID.fromString("2b6601ba-eada-44fb-9a83-a20eb9eb9e90");

  private final FilterFixture fixture = new FilterFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void creates_by_the_name_or_uuid_of_the_base_and_saves_the_name() {
    fixture.calls.createNull("N", 8);
    String uuid = fixture.calls.bdevs.require("N").uuid().toString();
    PassthruCreate parameters = new PassthruCreate(uuid, "P", ID);
    assertThat(fixture.calls.call("bdev_passthru_create", parameters)).isEqualTo("P");
    Bdev bdev = fixture.calls.bdevs.require(ID.toString());
    assertThat(bdev.productName()).isEqualTo("passthru");
    assertThat(bdev.driverSpecific().toString()).contains("name=P", "base_bdev_name=N");
    PassthruCreate saved = new PassthruCreate("N", "P", ID);
    assertThat(fixture.calls.configuration())
        .last()
        .isEqualTo(new ConfigEntry("bdev_passthru_create", saved, "P"));
  }

  @Test
  void only_bdevs_of_this_module_are_deleted() {
    fixture.calls.createNull("N", 8);
    fixture
        .calls
        .refusal("bdev_passthru_delete", new PassthruDelete("N"))
        .hasMessage("bdev N is of another module: Null disk");
    fixture.passthru("N", "P");
    assertThat(fixture.calls.call("bdev_passthru_delete", new PassthruDelete("P"))).isEqualTo(true);
    fixture
        .calls
        .refusal("bdev_passthru_delete", new PassthruDelete("P"))
        .hasMessage("there is no bdev P");
    assertThat(fixture.calls.bdevs.all()).extracting(Bdev::name).containsExactly("N");
  }

  @Test
  void a_bdev_does_not_stand_on_itself() {
    fixture
        .calls
        .refusal("bdev_passthru_create", new PassthruCreate("P", "P", null))
        .hasMessage("there is no bdev P");
    fixture.calls.createNull("N", 8);
    fixture
        .calls
        .refusal("bdev_passthru_create", new PassthruCreate("N", "N", null))
        .hasMessage("bdev N exists already");
    fixture
        .calls
        .refusal("bdev_passthru_create", new PassthruCreate("N", "", null))
        .hasMessage("a bdev needs a name");
    assertThat(fixture.calls.bdevs.require("N").claimer()).isNull();
  }
}
