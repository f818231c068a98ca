package io.vireo.examples;

import io.vireo.bdev.uring.UringCreate;
import io.vireo.daemon.Target;
import io.vireo.daemon.TargetOptions;
import io.vireo.virtio.blk.BlkDevice;
import io.vireo.virtio.blk.BlkOptions;
import java.io.IOException;
import java.nio.file.Path;

/**
 * From nothing to a served disk: {@code HelloDisk FILE SOCKET}.
 *
 * <p>A guest whose hypervisor connects to the socket has the file as its disk, until Enter is
 * pressed. The JVM needs {@code --enable-native-access=ALL-UNNAMED}, for Vireo calls the kernel
 * itself, and {@code --add-opens java.base/jdk.internal.misc=ALL-UNNAMED}, for the queues between
 * its threads.
 */
public final class HelloDisk {
  private HelloDisk() {}

  /** Ends with status 1 and a sentence when a flag is missing. */
  public static void main(String[] args) throws IOException {
    Path socket = Path.of(args[1]).toAbsolutePath();
    // One thread on CPU 0 serves all I/O, and sleeps when there is none.
    TargetOptions options = TargetOptions.embedded(0, socket.getParent());
    try (Target target = Target.start(options)) {
      // A block device of the file, in blocks of 512 bytes; then a disk of it behind a socket.
      target.call("bdev_uring_create", new UringCreate(args[0], "hello", 512, null));
      BlkDevice disk = BlkDevice.open(target.bdevs(), "hello", BlkOptions.DEFAULT);
      target.vhost().create(socket.getFileName().toString(), disk);
      System.out.println("a guest may come to " + socket);
      System.in.read();
    } catch (UnsupportedOperationException e) {
      System.err.println(e.getMessage());
      System.exit(1);
    }
  }
}
