package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Libc;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.virtio.driver.BlkDriver;
import io.vireo.virtio.queue.AvailRing;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What operators see of a front-end that does I/O. */
@Timeout(60)
class GuestTest {
  private static final int MIB = 1 << 20;

  @TempDir Path dir;
  private RunningTarget target;
  private OneGuest guest;
  private FrontendMemory memory;
  private BlkDriver driver;

  @BeforeEach
  void start() throws IOException {
    target = new RunningTarget(dir);
    target.call("bdev_malloc_create", "name", "m", "num_blocks", 2048, "block_size", 512);
    target.call("vhost_create_blk_controller", "ctrlr", "c", "dev_name", "m", "serial", "S1");
    guest = new OneGuest(dir.resolve("c"));
    memory = guest.memory;
    driver = guest.driver;
  }

  @AfterEach
  void stop() throws IOException {
    guest.close();
    target.close();
  }

  @Test
  void the_session_is_shown_as_started() throws IOException {
    JsonNode session = target.call("vhost_get_controllers").get(0).path("sessions").get(0);
    assertThat(session.path("started").booleanValue()).isTrue();
    assertThat(session.path("inflight_task_cnt").intValue()).isZero();
    assertThat(session.path("max_queues").intValue()).isEqualTo(256);
    guest.frontEnd.stop(0);
    session = target.call("vhost_get_controllers").get(0).path("sessions").get(0);
    assertThat(session.path("started").booleanValue()).isFalse();
  }

  @Test
  void queues_tell_what_they_have_done() throws IOException {
    long buffer = memory.allocate(8192, 512);
    guest.run(driver.write(0, buffer, 4096));
    guest.run(driver.read(4000, buffer, 4096)); // behind the end
    JsonNode queue = queue();
    assertThat(queue.propertyNames())
        .containsExactly(
            "index", "lcore", "in_flight", "requests", "failed_requests", "interrupts");
    assertThat(queue.path("index").intValue()).isZero();
    assertThat(queue.path("in_flight").intValue()).isZero();
    assertThat(queue.path("requests").intValue()).isEqualTo(2);
    assertThat(queue.path("failed_requests").intValue()).isEqualTo(1);
  }

  @Test
  void a_queue_that_its_driver_has_broken_tells_why() throws IOException {
    AvailRing.idx(guest.ring.address().availableUva(), 5000);
    guest.ring.kick().signal();
    while (!queue().has("broken")) {
      Thread.onSpinWait();
    }
    assertThat(queue().path("broken").stringValue())
        .isEqualTo("the avail index is more than the queue size ahead");
  }

  private JsonNode queue() throws IOException {
    JsonNode session = target.call("vhost_get_controllers").get(0).path("sessions").get(0);
    return session.path("queues").get(0);
  }

  @Test
  void counters_tell_what_the_guest_did_and_begin_anew_on_request() throws IOException {
    long buffer = memory.allocate(8192, 512);
    guest.run(driver.write(0, buffer, 8192));
    guest.run(driver.read(0, buffer, 4096));
    guest.run(driver.read(8, buffer, 4096));
    guest.run(driver.read(4000, buffer, 4096)); // behind the end

    JsonNode all = target.call("bdev_get_iostat").path("bdevs").get(0);
    assertThat(all.path("num_write_ops").intValue()).isEqualTo(1);
    assertThat(all.path("bytes_written").intValue()).isEqualTo(8192);
    assertThat(all.path("num_read_ops").intValue()).isEqualTo(2);
    assertThat(all.path("bytes_read").intValue()).isEqualTo(8192);

    JsonNode byReactor =
        target.call(
            "bdev_get_iostat", "names", List.of("m"), "per_channel", true, "reset_mode", "all");
    assertThat(byReactor.path("name").stringValue()).isEqualTo("m");
    assertThat(byReactor.path("channels")).hasSize(1);
    JsonNode channel = byReactor.path("channels").get(0);
    assertThat(channel.path("thread_id").intValue()).isEqualTo(1);
    assertThat(channel.path("bytes_read").intValue()).isEqualTo(8192);

    JsonNode anew = target.call("bdev_get_iostat", "names", List.of("m")).path("bdevs").get(0);
    assertThat(anew.path("num_read_ops").intValue()).isZero();
    assertThat(anew.path("bytes_written").intValue()).isZero();
  }

  @Test
  void histograms_tell_how_long_the_bdev_and_the_queue_took() throws IOException {
    target.call("bdev_enable_histogram", "name", "m", "enable", true, "min_nsec", 0);
    target.call(
        "vhost_controller_enable_histogram",
        "ctrlr",
        "c",
        "enable",
        true,
        "opc",
        "read",
        "granularity",
        5);
    long buffer = memory.allocate(MIB, 512);
    long beforeNs = System.nanoTime();
    guest.run(driver.write(0, buffer, MIB));
    guest.run(driver.read(0, buffer, MIB));
    guest.run(driver.read(8, buffer, 4096));
    guest.run(driver.read(4000, buffer, 4096)); // behind the end: refused, not served
    long tookNs = System.nanoTime() - beforeNs;

    DecodedHistogram bdev = DecodedHistogram.of(target.call("bdev_get_histogram", "name", "m"));
    assertThat(bdev.total()).isEqualTo(3);
    assertThat(bdev.between(0, tookNs)).isEqualTo(3);
    assertThat(bdev.between(1_000, tookNs)).as("copies of 1 MiB").isGreaterThanOrEqualTo(2);
    assertThat(
            target.call("bdev_get_histogram_borders", "name", "m", "borders", List.of(100_000_000)))
        .hasToString("{\"borders_count\":[3,0]}");

    JsonNode sessions =
        target.call("vhost_controller_get_histogram", "ctrlr", "c").path("sessions");
    assertThat(sessions).hasSize(1);
    assertThat(sessions.get(0).propertyNames()).containsExactly("name", "queues");
    assertThat(sessions.get(0).path("name").stringValue()).isEqualTo("c#1");
    JsonNode queue = sessions.get(0).path("queues").get(0);
    assertThat(queue.propertyNames())
        .containsExactly("queue", "histogram", "granularity", "min_range", "max_range", "tsc_rate");
    assertThat(queue.path("queue").intValue()).isZero();
    assertThat(queue.path("granularity").intValue()).isEqualTo(5);
    assertThat(DecodedHistogram.of(queue).total())
        .as("the read that was refused is one of the queue")
        .isEqualTo(3);
  }

  @Test
  void a_guest_whose_memory_vanishes_loses_its_session_and_the_target_goes_on() throws IOException {
    Libc.ftruncate(memory.regions().getFirst().fd(), 0);
    guest.ring.kick().signal();
    assertThat(guest.frontEnd.awaitEnd()).isTrue();
    while (!target.call("vhost_get_controllers").get(0).path("sessions").isEmpty()) {
      Thread.onSpinWait();
    }
    assertThat(target.call("vhost_delete_controller", "ctrlr", "c")).hasToString("true");
  }
}
