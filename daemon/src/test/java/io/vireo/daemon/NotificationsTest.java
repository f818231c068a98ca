package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** Events that clients ask for. */
@Timeout(60)
class NotificationsTest {
  @TempDir Path dir;

  @Test
  void bdevs_that_come_and_go_are_told_in_order_and_from_an_id_on() throws IOException {
    try (RunningTarget target = new RunningTarget(dir)) {
      assertThat(target.call("notify_get_types").toString())
          .isEqualTo("[\"bdev_register\",\"bdev_unregister\"]");
      assertThat(target.call("notify_get_notifications")).isEmpty();
      target.malloc("m0");
      target.malloc("m1");
      target.call("bdev_malloc_delete", "name", "m0");
      assertThat(target.call("notify_get_notifications").toString())
          .isEqualTo(
              "[{\"type\":\"bdev_register\",\"ctx\":\"m0\",\"id\":0},"
                  + "{\"type\":\"bdev_register\",\"ctx\":\"m1\",\"id\":1},"
                  + "{\"type\":\"bdev_unregister\",\"ctx\":\"m0\",\"id\":2}]");
      JsonNode one = target.call("notify_get_notifications", "id", 1, "max", 1);
      assertThat(one).hasSize(1);
      assertThat(one.get(0).path("ctx").stringValue()).isEqualTo("m1");
      assertThat(target.call("notify_get_notifications", "id", 3)).isEmpty();
    }
  }

  @Test
  void the_last_1024_are_kept_and_ids_go_on() throws IOException {
    try (RunningTarget target = new RunningTarget(dir)) {
      for (int i = 0; i < 600; i++) {
        target.malloc("m");
        target.call("bdev_malloc_delete", "name", "m");
      }
      JsonNode events = target.call("notify_get_notifications");
      assertThat(events).hasSize(1024);
      assertThat(events.get(0).path("id").longValue()).isEqualTo(1200 - 1024);
      assertThat(events.get(1023).path("id").longValue()).isEqualTo(1199);
    }
  }
}
