package io.vireo.itest;

import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.RpcException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** An operator of a target: makes bdevs and disks by JSON-RPC, and asks about them. */
final class Disks implements AutoCloseable {
  static final int BLOCK_BYTES = 512;

  private static final int BLOCKS_OF_MIB = (1 << 20) / BLOCK_BYTES;

  private final Path directory;
  private final JsonRpcClient client;

  /**
   * @param directory with the target's sockets, {@code rpc.sock} among them
   */
  Disks(Path directory) throws IOException {
    this.directory = directory;
    client = new JsonRpcClient(directory.resolve("rpc.sock"));
  }

  /** Calls a method; each name is followed by its value. */
  JsonNode call(String method, Object... params) throws IOException {
    Map<String, Object> map = new LinkedHashMap<>();
    for (int i = 0; i < params.length; i += 2) {
      map.put((String) params[i], params[i + 1]);
    }
    return client.call(method, map.isEmpty() ? null : map);
  }

  /** The error that a call is answered with. */
  RpcException refusal(String method, Object... params) throws IOException {
    JsonNode result;
    try {
      result = call(method, params);
    } catch (RpcException e) {
      return e;
    }
    throw new AssertionError(method + " was not refused: " + result);
  }

  void malloc(String bdev, int mib) throws IOException {
    create("bdev_malloc_create", bdev, mib);
  }

  void nulldev(String bdev, int mib) throws IOException {
    create("bdev_null_create", bdev, mib);
  }

  private void create(String method, String bdev, int mib) throws IOException {
    int blocks = mib * BLOCKS_OF_MIB;
    call(method, "name", bdev, "num_blocks", blocks, "block_size", BLOCK_BYTES);
  }

  /** A bdev on a new file beside the sockets. */
  void uring(String bdev, int mib) throws IOException {
    Path file = directory.resolve(bdev + ".img");
    try (RandomAccessFile access = new RandomAccessFile(file.toFile(), "rw")) {
      access.setLength((long) mib << 20);
    }
    uring(bdev, file);
  }

  /** A bdev on a file. */
  void uring(String bdev, Path file) throws IOException {
    Object[] params = {"name", bdev, "filename", file.toString(), "block_size", BLOCK_BYTES};
    call("bdev_uring_create", params);
  }

  /** A controller named like its bdev; its socket. */
  Path serve(String bdev, Object... params) throws IOException {
    Object[] all = new Object[params.length + 4];
    all[0] = "ctrlr";
    all[1] = bdev;
    all[2] = "dev_name";
    all[3] = bdev;
    System.arraycopy(params, 0, all, 4, params.length);
    call("vhost_create_blk_controller", all);
    return directory.resolve(bdev);
  }

  /** The sessions of a controller, as vhost_get_controllers shows them. */
  JsonNode sessions(String controller) throws IOException {
    return call("vhost_get_controllers", "name", controller).path(0).path("sessions");
  }

  @Override
  public void close() throws IOException {
    client.close();
  }
}
