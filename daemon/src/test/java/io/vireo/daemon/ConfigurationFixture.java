package io.vireo.daemon;

import io.vireo.daemon.config.RemoteConfig;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** A file, a place for sockets, and targets that begin with them. */
@Timeout(60)
abstract class ConfigurationFixture {
  @TempDir Path dir;
  Path sockets;
  Path file;

  @BeforeEach
  void places() throws IOException {
    sockets = Files.createDirectory(dir.resolve("sockets"));
    file = dir.resolve("config.json");
  }

  final RunningTarget start() throws IOException {
    return new RunningTarget(sockets);
  }

  final RunningTarget start(boolean autosave) throws IOException {
    return new RunningTarget(sockets, new StartOptions(file, autosave, false, null));
  }

  static void makeAll(RunningTarget target, Path folder) throws IOException {
    Path image = folder.resolve("disk.img");
    Files.write(image, new byte[1 << 20]);
    target.call("bdev_null_create", "name", "n0", "num_blocks", 8, "block_size", 4096);
    target.malloc("m0");
    target.malloc("m1", "uuid", "01234567-89ab-cdef-0123-456789abcdef");
    target.call("bdev_uring_create", "name", "u0", "filename", image.toString());
    Path other = folder.resolve("aio.img");
    Files.write(other, new byte[1 << 20]);
    target.call(
        "bdev_aio_create",
        "name",
        "a0",
        "filename",
        other.toString(),
        "block_size",
        512,
        "readonly",
        true,
        "fallocate",
        true);
    target.call("vhost_create_blk_controller", "ctrlr", "usual", "dev_name", "m0");
    String cpus = "0x" + Integer.toHexString(1 << target.target.reactors().cpus().nextSetBit(0));
    target.call(
        "vhost_create_blk_controller",
        "ctrlr",
        "special",
        "dev_name",
        "u0",
        "readonly",
        true,
        "cpumask",
        cpus,
        "serial",
        "A-1",
        "num_queues",
        3,
        "queue_size",
        256,
        "poll_pause_ns",
        500,
        "pin_guest_memory",
        false,
        "delay_base_us",
        100,
        "iops_threshold",
        50_000);
  }

  static byte[] saved(RunningTarget target) throws IOException {
    return new RemoteConfig(target.client).save();
  }
}
