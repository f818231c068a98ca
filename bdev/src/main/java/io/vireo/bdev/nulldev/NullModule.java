package io.vireo.bdev.nulldev;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import java.util.List;

/** Makes, resizes and deletes disks that store nothing. */
public final class NullModule implements BdevModule {
  private static final String CREATE = "bdev_null_create";

  /** For {@link java.util.ServiceLoader}. */
  public NullModule() {}

  @Override
  public String name() {
    return "null";
  }

  @Override
  public List<Method<?>> methods(BdevContext context) {
    BdevRegistry bdevs = context.bdevs();
    return List.of(
        new Method<>(CREATE, NullCreate.class, p -> create(bdevs, p)),
        new Method<>("bdev_null_delete", NullDelete.class, p -> delete(bdevs, p)),
        new Method<>("bdev_null_resize", NullResize.class, p -> resize(bdevs, p)));
  }

  @Override
  public List<ConfigEntry> configuration(BdevContext context) {
    return context.bdevs().all(NullBdev.class).stream()
        .map(bdev -> new ConfigEntry(CREATE, NullCreate.of(bdev), bdev.name()))
        .toList();
  }

  private static String create(BdevRegistry bdevs, NullCreate p) {
    bdevs.register(new NullBdev(p.name(), Bdev.uuidOf(p.uuid()), p.geometry(), p.num_blocks()));
    return p.name();
  }

  private static boolean delete(BdevRegistry bdevs, NullDelete p) {
    bdevs.unregister(bdevs.require(p.name(), NullBdev.class).name());
    return true;
  }

  private static boolean resize(BdevRegistry bdevs, NullResize p) {
    bdevs.require(p.name(), NullBdev.class).resizeMib(p.new_size());
    return true;
  }
}
