package io.vireo.bdev.uring;

import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import java.util.List;

/**
 * Bdevs of files and block devices as bdev_aio_create makes them: another form of the same thing as
 * {@link UringModule}'s, through io_uring too.
 */
public final class AioModule implements BdevModule {
  private static final String CREATE = "bdev_aio_create";

  private UringRings rings;

  /** For {@link java.util.ServiceLoader}. */
  public AioModule() {}

  @Override
  public String name() {
    return "aio";
  }

  @Override
  public List<Method<?>> methods(BdevContext context) {
    BdevRegistry bdevs = context.bdevs();
    rings = UringRings.of("bdev_aio", context.iobuf());
    return List.of(
        new Method<>(CREATE, AioCreate.class, p -> create(bdevs, p)),
        new Method<>("bdev_aio_rescan", AioRescan.class, p -> rescan(bdevs, p)),
        new Method<>("bdev_aio_delete", AioDelete.class, p -> delete(bdevs, p)));
  }

  @Override
  public List<ConfigEntry> configuration(BdevContext context) {
    return context.bdevs().all(AioBdev.class).stream()
        .map(bdev -> new ConfigEntry(CREATE, bdev.parameters(), bdev.name()))
        .toList();
  }

  private String create(BdevRegistry bdevs, AioCreate p) {
    BackingFile file =
        BackingFile.open(p.filename(), p.block_size(), BackingFile.Caching.DIRECT, p.readonly());
    return FileBdev.register(
        bdevs, p.fallocate() ? file : file.keepingSpace(), f -> new AioBdev(p, f, rings));
  }

  private static boolean rescan(BdevRegistry bdevs, AioRescan p) {
    bdevs.require(p.name(), AioBdev.class).rescan();
    return true;
  }

  private static boolean delete(BdevRegistry bdevs, AioDelete p) {
    bdevs.unregister(bdevs.require(p.name(), AioBdev.class).name());
    return true;
  }
}
