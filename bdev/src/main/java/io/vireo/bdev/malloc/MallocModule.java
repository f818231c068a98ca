package io.vireo.bdev.malloc;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import io.vireo.linux.Numa;
import java.util.List;

/** Makes and deletes disks in memory. */
public final class MallocModule implements BdevModule {
  private static final String CREATE = "bdev_malloc_create";

  /** For {@link java.util.ServiceLoader}. */
  public MallocModule() {}

  @Override
  public String name() {
    return "malloc";
  }

  @Override
  public List<Method<?>> methods(BdevContext context) {
    BdevRegistry bdevs = context.bdevs();
    return List.of(
        new Method<>(CREATE, MallocCreate.class, p -> create(bdevs, p)),
        new Method<>("bdev_malloc_delete", MallocDelete.class, p -> delete(bdevs, p)));
  }

  @Override
  public List<ConfigEntry> configuration(BdevContext context) {
    return context.bdevs().all(MallocBdev.class).stream()
        .map(bdev -> new ConfigEntry(CREATE, MallocCreate.of(bdev), bdev.name()))
        .toList();
  }

  /** One at a time, for what is free (a name, memory) must still be when it is taken. */
  private synchronized String create(BdevRegistry bdevs, MallocCreate p) {
    if (p.numa_id() < Numa.ANY_NODE || p.numa_id() >= Numa.MAX_NODES) {
      throw BdevException.invalid(
          "numa_id %d is neither a node from 0 to %d nor %d for any"
              .formatted(p.numa_id(), Numa.MAX_NODES - 1, Numa.ANY_NODE));
    }
    int physical = p.physical_block_size() == 0 ? p.block_size() : p.physical_block_size();
    BdevGeometry geometry =
        new BdevGeometry(p.block_size(), physical, p.optimal_io_boundary(), 0, 0, 0, 0, 0);
    long bytes = Bdev.sizeBytes(p.num_blocks(), p.block_size());
    long others = bdevs.all(MallocBdev.class).stream().mapToLong(MallocBdev::ordinaryBytes).sum();
    MemInfo.read().requireRoom(bytes, others);
    String name = p.name() == null || p.name().isEmpty() ? freeName(bdevs) : p.name();
    MallocBdev bdev =
        MallocBdev.allocate(name, Bdev.uuidOf(p.uuid()), geometry, p.num_blocks(), p.numa_id());
    try {
      bdevs.register(bdev);
    } catch (BdevException e) {
      bdev.destroy();
      throw e;
    }
    return name;
  }

  private static String freeName(BdevRegistry bdevs) {
    int number = 0;
    while (bdevs.find("Malloc" + number).isPresent()) {
      number++;
    }
    return "Malloc" + number;
  }

  private static boolean delete(BdevRegistry bdevs, MallocDelete p) {
    bdevs.unregister(bdevs.require(p.name(), MallocBdev.class).name());
    return true;
  }
}
