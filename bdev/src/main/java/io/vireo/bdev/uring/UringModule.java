package io.vireo.bdev.uring;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import java.util.List;

/** Makes, measures anew and deletes bdevs of files and block devices. */
public final class UringModule implements BdevModule {
  private static final String CREATE = "bdev_uring_create";

  private UringRings rings;

  /** For {@link java.util.ServiceLoader}. */
  public UringModule() {}

  @Override
  public String name() {
    return "uring";
  }

  @Override
  public List<Method<?>> methods(BdevContext context) {
    BdevRegistry bdevs = context.bdevs();
    rings = UringRings.of("bdev_uring", context.iobuf());
    return List.of(
        new Method<>(CREATE, UringCreate.class, p -> create(bdevs, p)),
        new Method<>("bdev_uring_rescan", UringRescan.class, p -> rescan(bdevs, p)),
        new Method<>("bdev_uring_delete", UringDelete.class, p -> delete(bdevs, p)));
  }

  @Override
  public List<ConfigEntry> configuration(BdevContext context) {
    return context.bdevs().all(UringBdev.class).stream()
        .map(bdev -> new ConfigEntry(CREATE, parameters(bdev), bdev.name()))
        .toList();
  }

  private static UringCreate parameters(UringBdev bdev) {
    return new UringCreate(bdev.file().path(), bdev.name(), bdev.blockBytes(), bdev.uuid());
  }

  private String create(BdevRegistry bdevs, UringCreate p) {
    BackingFile file = BackingFile.open(p.filename(), p.block_size(), BackingFile.Caching.DIRECT);
    return FileBdev.register(
        bdevs, file, f -> new UringBdev(p.name(), Bdev.uuidOf(p.uuid()), f, rings));
  }

  private static boolean rescan(BdevRegistry bdevs, UringRescan p) {
    bdevs.require(p.name(), UringBdev.class).rescan();
    return true;
  }

  private static boolean delete(BdevRegistry bdevs, UringDelete p) {
    bdevs.unregister(bdevs.require(p.name(), UringBdev.class).name());
    return true;
  }
}
