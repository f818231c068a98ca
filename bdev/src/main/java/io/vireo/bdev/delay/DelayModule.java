package io.vireo.bdev.delay;

import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.BdevModule;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import java.util.ArrayList;
import java.util.List;

/** Makes, changes and deletes slower bdevs. */
public final class DelayModule implements BdevModule {
  private static final String CREATE = "bdev_delay_create";
  private static final String UPDATE = "bdev_delay_update_latency";

  /** For {@link java.util.ServiceLoader}. */
  public DelayModule() {}

  @Override
  public String name() {
    return "delay";
  }

  @Override
  public List<Method<?>> methods(BdevContext context) {
    BdevRegistry bdevs = context.bdevs();
    return List.of(
        new Method<>(CREATE, DelayCreate.class, p -> create(bdevs, p)),
        new Method<>(UPDATE, DelayUpdateLatency.class, p -> update(bdevs, p)),
        new Method<>("bdev_delay_delete", DelayDelete.class, p -> delete(bdevs, p)));
  }

  @Override
  public List<ConfigEntry> configuration(BdevContext context) {
    List<ConfigEntry> entries = new ArrayList<>();
    for (DelayBdev bdev : context.bdevs().all(DelayBdev.class)) {
      DelayCreate created = bdev.parameters();
      entries.add(new ConfigEntry(CREATE, created, bdev.name()));
      addUpdate(entries, bdev, LatencyType.P99_READ, created.p99_read_latency());
      addUpdate(entries, bdev, LatencyType.P99_WRITE, created.p99_write_latency());
    }
    return entries;
  }

  private static void addUpdate(
      List<ConfigEntry> entries, DelayBdev bdev, LatencyType type, long createdUs) {
    long us = bdev.latencies().us(type);
    if (us != createdUs) {
      entries.add(
          new ConfigEntry(UPDATE, new DelayUpdateLatency(bdev.name(), type, us), bdev.name()));
    }
  }

  private static String create(BdevRegistry bdevs, DelayCreate p) {
    return BaseBdev.stand(
            bdevs, p.base_bdev_name(), "delay bdev " + p.name(), base -> new DelayBdev(base, p))
        .name();
  }

  private static boolean update(BdevRegistry bdevs, DelayUpdateLatency p) {
    bdevs
        .require(p.delay_bdev_name(), DelayBdev.class)
        .latencies()
        .us(p.latency_type(), p.latency_us());
    return true;
  }

  private static boolean delete(BdevRegistry bdevs, DelayDelete p) {
    bdevs.unregister(bdevs.require(p.name(), DelayBdev.class));
    return true;
  }
}
