package io.vireo.bdev.delay;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.filter.FilterFixture;
import io.vireo.bdev.module.ConfigEntry;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class DelayModuleTest {
  private static final UUID ID = UUID.fromString("2b6601ba-eada-44fb-9a83-a20eb9eb9e90");
  private static final DelayCreate ALL = new DelayCreate("N", "D", ID, 1, 2, 3, 4);

  private final FilterFixture fixture = new FilterFixture();

  @BeforeEach
  void create() {
    fixture.calls.createNull("N", 8);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  @Test
  void creates_with_all_latencies_and_saves_them() {
    assertThat(fixture.calls.call("bdev_delay_create", ALL)).isEqualTo("D");
    Bdev bdev = fixture.calls.bdevs.require(ID.toString());
    assertThat(bdev.productName()).isEqualTo("delay");
    assertThat(bdev.driverSpecific().toString())
        .contains("base_bdev_name=N", "avg_read_latency=1", "p99_write_latency=4");
    assertThat(fixture.calls.configuration())
        .last()
        .isEqualTo(new ConfigEntry("bdev_delay_create", ALL, "D"));
    assertThat(fixture.calls.call("bdev_delay_delete", new DelayDelete("D"))).isEqualTo(true);
    assertThat(fixture.calls.configuration()).hasSize(1);
  }

  @Test
  void latencies_in_an_order_that_a_creation_refuses_are_saved_too() {
    fixture.calls.call("bdev_delay_create", ALL);
    update(LatencyType.AVG_READ, 100);
    update(LatencyType.P99_WRITE, 0);
    var saved = fixture.calls.configuration();
    assertThat(saved.subList(1, saved.size()))
        .containsExactly(
            new ConfigEntry(
                "bdev_delay_create", new DelayCreate("N", "D", ID, 100, 100, 3, 3), "D"),
            new ConfigEntry(
                "bdev_delay_update_latency",
                new DelayUpdateLatency("D", LatencyType.P99_READ, 2),
                "D"),
            new ConfigEntry(
                "bdev_delay_update_latency",
                new DelayUpdateLatency("D", LatencyType.P99_WRITE, 0),
                "D"));
    fixture.calls.call("bdev_delay_delete", new DelayDelete("D"));
    saved.subList(1, saved.size()).forEach(e -> fixture.calls.call(e.method(), e.parameters()));
    assertThat(fixture.calls.configuration()).isEqualTo(saved);
  }

  private void update(LatencyType type, long us) {
    fixture.calls.call("bdev_delay_update_latency", new DelayUpdateLatency("D", type, us));
  }

  @Test
  void what_cannot_be_is_refused_and_changes_nothing() {
    refused(
        new DelayCreate("N", "D", null, 2, 1, 3, 4),
        "p99_read_latency 1 is less than" + " avg_read_latency 2");
    refused(
        new DelayCreate("N", "D", null, 1, 1, 3, 2),
        "p99_write_latency 2 is less than" + " avg_write_latency 3");
    long most = Latencies.MAX_US;
    refused(
        new DelayCreate("N", "D", null, 1, most + 1, 3, 4),
        "latency %d us is not between 0 and %d".formatted(most + 1, most));
    refused(new DelayCreate("none", "D", null, 1, 1, 1, 1), "there is no bdev none");
    assertThat(fixture.calls.bdevs.require("N").claimer()).isNull();
    fixture.calls.call("bdev_delay_create", ALL);
    fixture
        .calls
        .refusal(
            "bdev_delay_update_latency",
            new DelayUpdateLatency("D", LatencyType.AVG_READ, Long.MAX_VALUE))
        .hasMessageContaining("is not between 0 and");
    fixture
        .calls
        .refusal("bdev_delay_update_latency", new DelayUpdateLatency("N", LatencyType.AVG_READ, 1))
        .hasMessage("bdev N is of another module: Null disk");
    assertThat(fixture.calls.configuration().getLast().parameters()).isEqualTo(ALL);
  }

  private void refused(DelayCreate parameters, String message) {
    fixture.calls.refusal("bdev_delay_create", parameters).hasMessage(message);
  }
}
