package io.vireo.daemon;

import io.vireo.bdev.uring.UringCreate;
import io.vireo.linux.ErrnoException;
import io.vireo.vhost.ControllerOptions;
import io.vireo.vhost.VhostController;
import io.vireo.vhost.VhostSocket;
import io.vireo.virtio.blk.BlkDevice;
import io.vireo.virtio.blk.BlkOptions;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** A target that serves one file or block device as one disk. One thread. */
final class ServedFile implements Closeable {
  /** The usual block of disks; a device has its own. */
  private static final int FILE_BLOCK_BYTES = 512;

  private final Target target;
  private final String path;
  private final BlkDevice device;
  private final ImageLock lock;
  private final VhostController controller;

  private ServedFile(Target target, Options file, Supplier<VhostSocket> socket) {
    this.target = target;
    path = file.path.toString();
    target.call("bdev_uring_create", new UringCreate(path, file.name(), file.block(), null));
    device = BlkDevice.open(target.bdevs(), file.name(), file.disk);
    lock = ImageLock.take(path, !device.readOnly());
    try {
      controller =
          target.vhost().create(file.name(), device, ControllerOptions.DEFAULT, socket.get());
    } catch (Throwable t) {
      lock.close();
      throw t;
    }
  }

  /**
   * What is served.
   *
   * @param path of the file or device
   * @param blockBytes 0: the device's, or that of usual disks
   * @param disk how a guest sees it
   */
  record Options(Path path, int blockBytes, BlkOptions disk) {
    /** The disk's and the bdev's name, and the serial if there is no other. */
    String name() {
      Path name = path.getFileName();
      return name == null ? path.toString() : name.toString();
    }

    private int block() {
      return blockBytes == 0 && Files.isRegularFile(path) ? FILE_BLOCK_BYTES : blockBytes;
    }
  }

  /**
   * Starts it. When it fails nothing is left.
   *
   * @param socket makes the socket, after all else is there
   * @throws IOException with one sentence, as are the messages of {@link IllegalArgumentException},
   *     {@link ErrnoException}, and the refusals of bdevs and controllers
   */
  static ServedFile start(TargetOptions options, Options file, Supplier<VhostSocket> socket)
      throws IOException {
    Target target = Target.start(options);
    try {
      return new ServedFile(target, file, socket);
    } catch (RuntimeException | Error e) {
      try {
        target.close();
      } catch (IOException closing) {
        e.addSuppressed(closing);
      }
      throw e;
    }
  }

  Target target() {
    return target;
  }

  /** The file or device, as the operator gave it. */
  String path() {
    return path;
  }

  /** As people name it. */
  String socket() {
    return controller.socket().map(Path::toString).orElse("the socket that it was given");
  }

  BlkDevice device() {
    return device;
  }

  /** Waits until nobody can use it any more. */
  void awaitEnd() throws InterruptedException {
    controller.awaitEnd();
  }

  /** The lock is the last: until then something may still be written. */
  @Override
  public void close() throws IOException {
    try (lock) {
      target.close();
    }
  }
}
