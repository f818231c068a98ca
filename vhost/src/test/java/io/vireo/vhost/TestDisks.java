package io.vireo.vhost;

import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.malloc.MallocCreate;
import io.vireo.bdev.malloc.MallocModule;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.nulldev.NullCreate;
import io.vireo.bdev.nulldev.NullModule;
import io.vireo.bdev.nulldev.NullResize;
import io.vireo.bdev.uring.UringCreate;
import io.vireo.bdev.uring.UringModule;
import io.vireo.virtio.blk.BlkDevice;
import io.vireo.virtio.blk.BlkOptions;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Bdevs of every module, made as an operator makes them, and the disks over them. */
final class TestDisks implements AutoCloseable {
  final BdevRegistry bdevs = new BdevRegistry();
  private final BdevContext context;
  private final List<BlkDevice> devices = new ArrayList<>();

  TestDisks(TestTarget target) {
    context = new BdevContext(bdevs, target.reactors, target.registry);
  }

  void malloc(String name, int blockBytes, long blocks) {
    call(new MallocModule(), "bdev_malloc_create", new MallocCreate(name, blockBytes, blocks));
  }

  void nothing(String name, int blockBytes, long blocks) {
    call(new NullModule(), "bdev_null_create", new NullCreate(name, blockBytes, blocks));
  }

  void resizeNothing(String name, long mib) {
    call(new NullModule(), "bdev_null_resize", new NullResize(name, mib));
  }

  void uring(String name, Path file, int blockBytes) {
    call(
        new UringModule(),
        "bdev_uring_create",
        new UringCreate(file.toString(), name, blockBytes, null));
  }

  BlkDevice device(String bdev, BlkOptions options) {
    BlkDevice device = BlkDevice.open(bdevs, bdev, options);
    devices.add(device);
    return device;
  }

  private <P extends Record> void call(BdevModule module, String name, P parameters) {
    for (Method<?> method : module.methods(context)) {
      if (method.name().equals(name)) {
        @SuppressWarnings("unchecked") // each method names the class of its parameters
        Method<P> typed = (Method<P>) method;
        var _ = typed.handler().apply(parameters);
        return;
      }
    }
    throw new IllegalArgumentException(name);
  }

  /** After their controllers have. */
  void closeDevices() {
    devices.forEach(BlkDevice::close);
    devices.clear();
  }

  /** After the server has closed. */
  @Override
  public void close() {
    closeDevices();
    bdevs.all().forEach(bdev -> bdevs.unregister(bdev.name()));
  }
}
