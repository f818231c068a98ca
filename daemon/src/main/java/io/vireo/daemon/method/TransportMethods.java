package io.vireo.daemon.method;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Optional;
import io.vireo.bdev.module.Relaxed;
import io.vireo.linux.Errno;
import java.util.List;
import java.util.Map;

/**
 * How virtio-blk reaches a guest. The one way there is, vhost-user, is there from the beginning.
 */
public final class TransportMethods {
  private static final String THE_ONE = ControllerReport.TRANSPORT;

  private TransportMethods() {}

  public static List<Method<?>> all() {
    return List.of(
        new Method<>("virtio_blk_create_transport", Create.class, TransportMethods::create),
        new Method<>("virtio_blk_get_transports", Get.class, TransportMethods::get));
  }

  @Relaxed
  record Create(String name) {}

  private static Object create(Create p) {
    requireKnown(p.name, Errno.ENOENT);
    throw new BdevException(
        Errno.EEXIST, "transport %s is there without being made".formatted(p.name));
  }

  /**
   * @param name all when absent
   */
  record Get(@Optional String name) {}

  private static Object get(Get p) {
    if (p.name != null) {
      requireKnown(p.name, Errno.ENODEV);
    }
    return List.of(Map.of("name", THE_ONE));
  }

  /** With the field's number, which is another for each method. */
  private static void requireKnown(String name, int errno) {
    if (!name.equals(THE_ONE)) {
      throw new BdevException(
          errno, "there is no virtio-blk transport %s, only %s".formatted(name, THE_ONE));
    }
  }
}
