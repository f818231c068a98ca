package io.vireo.bdev.passthru;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import java.util.List;

/** Makes and deletes bdevs that pass everything on. */
public final class PassthruModule implements BdevModule {
  private static final String CREATE = "bdev_passthru_create";

  /** For {@link java.util.ServiceLoader}. */
  public PassthruModule() {}

  @Override
  public String name() {
    return "passthru";
  }

  @Override
  public List<Method<?>> methods(BdevContext context) {
    BdevRegistry bdevs = context.bdevs();
    return List.of(
        new Method<>(CREATE, PassthruCreate.class, p -> create(bdevs, p)),
        new Method<>("bdev_passthru_delete", PassthruDelete.class, p -> delete(bdevs, p)));
  }

  @Override
  public List<ConfigEntry> configuration(BdevContext context) {
    return context.bdevs().all(PassthruBdev.class).stream()
        .map(bdev -> new ConfigEntry(CREATE, bdev.parameters(), bdev.name()))
        .toList();
  }

  private static String create(BdevRegistry bdevs, PassthruCreate p) {
    return BaseBdev.stand(
            bdevs,
            p.base_bdev_name(),
            "passthru bdev " + p.name(),
            base -> new PassthruBdev(base, p.name(), Bdev.uuidOf(p.uuid())))
        .name();
  }

  private static boolean delete(BdevRegistry bdevs, PassthruDelete p) {
    bdevs.unregister(bdevs.require(p.name(), PassthruBdev.class));
    return true;
  }
}
