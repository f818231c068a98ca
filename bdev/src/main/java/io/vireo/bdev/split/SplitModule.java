package io.vireo.bdev.split;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import io.vireo.linux.Errno;
import java.util.List;

/** Splits bdevs and deletes their parts. */
public final class SplitModule implements BdevModule {
  private static final String CREATE = "bdev_split_create";

  /** For {@link java.util.ServiceLoader}. */
  public SplitModule() {}

  @Override
  public String name() {
    return "split";
  }

  @Override
  public List<Method<?>> methods(BdevContext context) {
    BdevRegistry bdevs = context.bdevs();
    return List.of(
        new Method<>(CREATE, SplitCreate.class, p -> create(bdevs, p)),
        new Method<>("bdev_split_delete", SplitDelete.class, p -> delete(bdevs, p)));
  }

  @Override
  public List<ConfigEntry> configuration(BdevContext context) {
    return context.bdevs().all(SplitBdev.class).stream()
        .filter(SplitBdev::isFirst)
        .map(part -> new ConfigEntry(CREATE, part.parameters(), part.name()))
        .toList();
  }

  private static List<String> create(BdevRegistry bdevs, SplitCreate p) {
    return BaseBdev.standAll(bdevs, p.base_bdev(), "split", base -> SplitBdev.parts(base, p))
        .stream()
        .map(Bdev::name)
        .toList();
  }

  @SuppressWarnings("ReferenceEquality")
  private static boolean delete(BdevRegistry bdevs, SplitDelete p) {
    Bdev base = bdevs.require(p.base_bdev());
    bdevs.all(SplitBdev.class).stream()
        .map(SplitBdev::base)
        .filter(split -> split.bdev() == base)
        .findFirst()
        .orElseThrow(
            () -> new BdevException(Errno.ENODEV, "bdev %s is not split".formatted(base.name())))
        .removeAll();
    return true;
  }
}
