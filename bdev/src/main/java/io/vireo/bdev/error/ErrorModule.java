package io.vireo.bdev.error;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import java.util.List;

/** Makes and deletes bdevs that fail on request, and lets them fail. */
public final class ErrorModule implements BdevModule {
  private static final String CREATE = "bdev_error_create";

  /** For {@link java.util.ServiceLoader}. */
  public ErrorModule() {}

  @Override
  public String name() {
    return "error";
  }

  @Override
  public List<Method<?>> methods(BdevContext context) {
    BdevRegistry bdevs = context.bdevs();
    return List.of(
        new Method<>(CREATE, ErrorCreate.class, p -> create(bdevs, p)),
        new Method<>("bdev_error_inject_error", ErrorInject.class, p -> inject(bdevs, p)),
        new Method<>("bdev_error_resume_pending", ErrorName.class, p -> resume(bdevs, p)),
        new Method<>("bdev_error_delete", ErrorName.class, p -> delete(bdevs, p)));
  }

  /** What was injected is for the moment, and not saved. */
  @Override
  public List<ConfigEntry> configuration(BdevContext context) {
    return context.bdevs().all(ErrorBdev.class).stream()
        .map(bdev -> new ConfigEntry(CREATE, bdev.parameters(), bdev.name()))
        .toList();
  }

  private static boolean create(BdevRegistry bdevs, ErrorCreate p) {
    BaseBdev.stand(
        bdevs,
        p.base_name(),
        "error bdev of " + p.base_name(),
        base -> new ErrorBdev(base, Bdev.uuidOf(p.uuid())));
    return true;
  }

  private static boolean inject(BdevRegistry bdevs, ErrorInject p) {
    ErrorBdev bdev = bdevs.require(p.name(), ErrorBdev.class);
    p.requireSense();
    if (p.io_type() == RequestKind.CLEAR) {
      bdev.injections().clear();
      bdev.resumePending();
    } else {
      bdev.injections().inject(p);
    }
    return true;
  }

  private static boolean resume(BdevRegistry bdevs, ErrorName p) {
    bdevs.require(p.name(), ErrorBdev.class).resumePending();
    return true;
  }

  private static boolean delete(BdevRegistry bdevs, ErrorName p) {
    bdevs.unregister(bdevs.require(p.name(), ErrorBdev.class));
    return true;
  }
}
