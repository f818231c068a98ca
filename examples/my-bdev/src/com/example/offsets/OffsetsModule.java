package com.example.offsets;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Optional;
import java.util.List;
import java.util.UUID;

/** What operators see of it: two methods, and the calls that bring its disks back. */
public final class OffsetsModule implements BdevModule {
  private static final String CREATE = "bdev_offsets_create";

  /** Parameters of bdev_offsets_create, by their names and types. */
  public record Create(String name, long num_blocks, @Optional UUID uuid) {}

  /** Parameters of bdev_offsets_delete. */
  public record Delete(String name) {}

  @Override
  public String name() {
    return "offsets";
  }

  @Override
  public List<Method<?>> methods(BdevContext context) {
    BdevRegistry bdevs = context.bdevs();
    return List.of(
        new Method<>(CREATE, Create.class, p -> create(bdevs, p)),
        new Method<>("bdev_offsets_delete", Delete.class, p -> delete(bdevs, p)));
  }

  private static String create(BdevRegistry bdevs, Create p) {
    bdevs.register(new OffsetsBdev(p.name(), Bdev.uuidOf(p.uuid()), p.num_blocks()));
    return p.name();
  }

  private static boolean delete(BdevRegistry bdevs, Delete p) {
    bdevs.unregister(bdevs.require(p.name(), OffsetsBdev.class).name());
    return true;
  }

  @Override
  public List<ConfigEntry> configuration(BdevContext context) {
    return context.bdevs().all(OffsetsBdev.class).stream()
        .map(bdev -> new ConfigEntry(CREATE, parameters(bdev), bdev.name()))
        .toList();
  }

  private static Create parameters(OffsetsBdev bdev) {
    return new Create(bdev.name(), bdev.blocks(), bdev.uuid());
  }
}
