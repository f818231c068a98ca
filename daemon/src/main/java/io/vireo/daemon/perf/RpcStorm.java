package io.vireo.daemon.perf;

import io.vireo.daemon.rpc.JsonRpcClient;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.HdrHistogram.Histogram;

/**
 * An operator who makes disks, looks at everything and deletes them again. The part {@code call} is
 * the time of any one call.
 */
final class RpcStorm implements Storm {
  private static final int BLOCKS = 16384;
  private static final int BLOCK_BYTES = 4096;

  private final JsonRpcClient client;
  private final String name = "storm-" + ProcessHandle.current().pid();
  private final Histogram calls = Storm.histogram();

  RpcStorm(Path socket) throws IOException {
    client = new JsonRpcClient(socket);
  }

  @Override
  public void once() throws IOException {
    call(
        "bdev_malloc_create",
        Map.of("name", name, "num_blocks", BLOCKS, "block_size", BLOCK_BYTES));
    try {
      call("vhost_create_blk_controller", Map.of("ctrlr", name, "dev_name", name));
      try {
        call("vhost_get_controllers", Map.of());
        call("bdev_get_bdevs", Map.of());
        call("bdev_get_iostat", Map.of());
      } finally {
        call("vhost_delete_controller", Map.of("ctrlr", name));
      }
    } finally {
      call("bdev_malloc_delete", Map.of("name", name));
    }
  }

  private void call(String method, Map<String, Object> params) throws IOException {
    long begin = System.nanoTime();
    client.call(method, params.isEmpty() ? null : params);
    calls.recordValue(System.nanoTime() - begin);
  }

  @Override
  public Map<String, Histogram> parts() {
    Map<String, Histogram> parts = new LinkedHashMap<>();
    parts.put("call", calls);
    return parts;
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
