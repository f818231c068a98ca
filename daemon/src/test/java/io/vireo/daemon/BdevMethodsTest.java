package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.BdevListener;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.reactor.Reactor;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** Bdevs and their counters: shapes, codes and texts as tools of the field expect them. */
class BdevMethodsTest extends TargetFixture {
  @Test
  void a_uuid_that_is_none_is_refused_and_an_empty_one_is_made_up() throws IOException {
    RpcException refusal =
        target.refusal(
            "bdev_null_create", "name", "n", "num_blocks", 8, "block_size", 512, "uuid", "x");
    assertThat(refusal.code()).isEqualTo(RpcException.INVALID_PARAMS);
    assertThat(refusal).hasMessageEndingWith("parameter 'uuid' is \"x\", not a UUID");
    assertThat(target.call("bdev_get_bdevs")).isEmpty();
    for (String none : List.of("", "00000000-0000-0000-0000-000000000000")) {
      target.malloc("m" + none, "uuid", none);
      String made =
          target.call("bdev_get_bdevs", "name", "m" + none).get(0).path("uuid").stringValue();
      assertThat(UUID.fromString(made).version()).as("random").isEqualTo(4);
    }
  }

  @Test
  void a_bdev_is_shown_with_the_members_of_the_field_in_their_order() throws IOException {
    String uuid = "2b6601ba-eada-44fb-9a83-a20eb9eb9e90";
    assertThat(target.malloc("Malloc0", "uuid", uuid)).hasToString("\"Malloc0\"");
    JsonNode bdev = target.call("bdev_get_bdevs", "name", "Malloc0").get(0);
    assertThat(bdev.propertyNames())
        .containsExactly(
            "name",
            "aliases",
            "product_name",
            "block_size",
            "num_blocks",
            "preferred_write_alignment",
            "preferred_write_granularity",
            "optimal_write_size",
            "preferred_unmap_alignment",
            "preferred_unmap_granularity",
            "uuid",
            "assigned_rate_limits",
            "claimed",
            "zoned",
            "supported_io_types",
            "driver_specific");
    assertThat(bdev.path("product_name").stringValue()).isEqualTo("Malloc disk");
    assertThat(bdev.path("aliases")).hasToString("[\"" + uuid + "\"]");
    assertThat(bdev.path("num_blocks").intValue()).isEqualTo(8);
    assertThat(bdev.path("supported_io_types").path("write_zeroes").booleanValue()).isTrue();
    assertThat(bdev.path("supported_io_types").path("nvme_io").booleanValue()).isFalse();
    assertThat(target.call("bdev_get_bdevs", "name", uuid).get(0)).isEqualTo(bdev);
  }

  @Test
  void bdevs_are_listed_in_the_order_of_their_creation() throws IOException {
    target.malloc("b");
    target.malloc("a");
    assertThat(target.call("bdev_get_bdevs"))
        .extracting(b -> b.path("name").stringValue())
        .containsExactly("b", "a");
  }

  @Test
  void a_bdev_that_comes_within_the_time_is_waited_for() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool();
        JsonRpcClient other = target.client()) {
      Future<JsonNode> found =
          threads.submit(
              () -> other.call("bdev_get_bdevs", Map.of("name", "late", "timeout", 30_000)));
      target.malloc("early");
      target.malloc("late");
      assertThat(found.get().get(0).path("name").stringValue()).isEqualTo("late");
    }
    assertThat(target.refusal("bdev_get_bdevs", "name", "never", "timeout", 1).code())
        .isEqualTo(-19);
  }

  @Test
  void the_end_of_the_target_ends_the_waiting_for_a_bdev() throws Exception {
    try (ExecutorService threads = Executors.newCachedThreadPool();
        JsonRpcClient other = target.client()) {
      Future<?> waiting =
          threads.submit(
              () ->
                  other.call("bdev_get_bdevs", Map.of("name", "never", "timeout", Long.MAX_VALUE)));
      target.call("rpc_get_methods");
      target.close();
      assertThat(waiting).failsWithin(Duration.ofSeconds(30));
    }
  }

  @Test
  void counters_have_the_shape_of_the_field() throws IOException {
    target.malloc("a");
    target.malloc("b");
    JsonNode all = target.call("bdev_get_iostat", "per_channel", false);
    assertThat(all.propertyNames()).containsExactly("tick_rate", "ticks", "bdevs");
    assertThat(all.path("bdevs")).hasSize(2);
    JsonNode one = target.call("bdev_get_iostat", "names", List.of("b"), "reset_mode", "all");
    assertThat(one.path("bdevs").get(0).propertyNames())
        .containsExactly(
            "name",
            "bytes_read",
            "num_read_ops",
            "bytes_written",
            "num_write_ops",
            "bytes_unmapped",
            "num_unmap_ops",
            "bytes_copied",
            "num_copy_ops",
            "read_latency_ticks",
            "max_read_latency_ticks",
            "min_read_latency_ticks",
            "write_latency_ticks",
            "max_write_latency_ticks",
            "min_write_latency_ticks",
            "unmap_latency_ticks",
            "max_unmap_latency_ticks",
            "min_unmap_latency_ticks",
            "copy_latency_ticks",
            "max_copy_latency_ticks",
            "min_copy_latency_ticks",
            "io_error");
    assertThat(target.call("bdev_get_iostat", "name", "b").path("bdevs")).hasSize(1);
    assertThat(
            target
                .call("bdev_get_iostat", "names", List.of("b"), "per_channel", true)
                .propertyNames())
        .containsExactly("tick_rate", "ticks", "name", "channels");
  }

  private void unmapOnce(String name) {
    Reactor reactor = target.target.reactors().reactors().getFirst();
    try (BdevDescriptor open = target.target.bdevs().open(name, true, BdevListener.NONE)) {
      BdevChannel channel = open.channel(reactor);
      BdevIo io = new BdevIo((request, status) -> {}, 0, 0, 0);
      io.prepare(IoType.UNMAP, 0, 4096);
      assertThat(reactor.call(() -> channel.submit(io))).isEqualTo(IoStatus.OK);
      open.releaseChannel(reactor);
    }
  }

  private int unmaps(String name) throws IOException {
    JsonNode bdevs = target.call("bdev_get_iostat", "name", name).path("bdevs");
    return bdevs.get(0).path("num_unmap_ops").intValue();
  }

  @Test
  void counters_are_set_back_of_one_bdev_or_all() throws IOException {
    for (String name : List.of("a", "b")) {
      target.call("bdev_null_create", "name", name, "num_blocks", 8, "block_size", 4096);
      unmapOnce(name);
    }
    target.call("bdev_reset_iostat", "name", "a", "mode", "maxmin");
    target.call("bdev_reset_iostat", "name", "a", "mode", "none");
    assertThat(unmaps("a")).isEqualTo(1);
    assertThat(target.call("bdev_reset_iostat", "name", "a")).hasToString("true");
    assertThat(unmaps("a")).isZero();
    assertThat(unmaps("b")).isEqualTo(1);
    target.call("bdev_reset_iostat");
    assertThat(unmaps("b")).isZero();
    assertThat(target.refusal("bdev_reset_iostat", "name", "none").code()).isEqualTo(-19);
  }

  @Test
  void the_queue_depth_of_a_bdev_is_shown_while_it_is_sampled() throws IOException {
    target.malloc("a");
    String[] members = {"queue_depth_polling_period", "queue_depth", "io_time", "weighted_io_time"};
    JsonNode before = target.call("bdev_get_iostat", "name", "a").path("bdevs").get(0);
    assertThat(before.propertyNames()).doesNotContain(members);
    assertThat(target.call("bdev_set_qd_sampling_period", "name", "a", "period", 20))
        .hasToString("true");
    JsonNode sampled = target.call("bdev_get_iostat", "name", "a").path("bdevs").get(0);
    assertThat(sampled.propertyNames()).containsSubsequence(members);
    assertThat(sampled.path("queue_depth_polling_period").intValue()).isEqualTo(20);
    assertThat(sampled.path("queue_depth").intValue()).isZero();
    target.call("bdev_set_qd_sampling_period", "name", "a", "period", 0);
    assertThat(target.call("bdev_get_iostat", "name", "a").path("bdevs").get(0).propertyNames())
        .doesNotContain(members);
    assertThat(target.refusal("bdev_set_qd_sampling_period", "name", "none", "period", 1).code())
        .isEqualTo(-19);
  }

  @Test
  void nothing_is_examined_and_nobody_waits_for_it() throws IOException {
    target.malloc("a");
    assertThat(target.call("bdev_examine", "name", "a")).hasToString("true");
    assertThat(target.refusal("bdev_examine", "name", "none"))
        .hasMessage("No such device: there is no bdev none");
    assertThat(target.call("bdev_wait_for_examine")).hasToString("true");
  }

  @Test
  void counters_of_unknown_or_unclear_bdevs_are_refused() throws IOException {
    target.malloc("a");
    RpcException unknown = target.refusal("bdev_get_iostat", "names", List.of("a", "none"));
    assertThat(unknown.code()).isEqualTo(-19);
    assertThat(unknown).hasMessage("No such device: there is no bdev none");
    assertThat(target.refusal("bdev_get_iostat", "per_channel", true).code()).isEqualTo(-22);
    assertThat(
            target
                .refusal("bdev_get_iostat", "per_channel", true, "names", List.of("a", "a"))
                .code())
        .isEqualTo(-22);
    assertThat(target.refusal("bdev_get_iostat", "name", "a", "names", List.of("a")).code())
        .isEqualTo(-22);
  }

  @Test
  void bdevs_that_cannot_be_have_the_codes_of_the_field() throws IOException {
    target.malloc("a");
    String before = target.state();
    assertThat(
            target
                .refusal("bdev_malloc_create", "name", "a", "num_blocks", 8, "block_size", 512)
                .code())
        .isEqualTo(-17);
    assertThat(
            target
                .refusal("bdev_malloc_create", "name", "b", "num_blocks", 8, "block_size", 500)
                .code())
        .isEqualTo(-22);
    assertThat(target.refusal("bdev_uring_create", "name", "b", "filename", dir + "/none").code())
        .isEqualTo(-2);
    assertThat(target.refusal("bdev_malloc_delete", "name", "none").code()).isEqualTo(-19);
    assertThat(target.state()).isEqualTo(before);
  }
}
