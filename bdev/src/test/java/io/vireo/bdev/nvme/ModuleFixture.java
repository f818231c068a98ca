package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.Histogram;
import io.vireo.bdev.module.BdevContext;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Metric;
import io.vireo.memreg.MemoryRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/** The module with controllers in memory. */
final class ModuleFixture implements AutoCloseable {
  private static final long PATIENCE_NS = 30_000_000_000L;

  final ModelBus bus = new ModelBus();
  final TestClock clock = new TestClock();
  final BdevRegistry bdevs = new BdevRegistry();
  private final BdevContext context = new BdevContext(bdevs, null, new MemoryRegistry());
  private final NvmeModule module = new NvmeModule(ignored -> bus, clock);
  private final Map<String, Method<?>> methods = new LinkedHashMap<>();

  ModuleFixture() {
    module.methods(context).forEach(method -> methods.put(method.name(), method));
  }

  Object call(String name, Record parameters) {
    return call(methods.get(name), parameters);
  }

  private static <P extends Record> Object call(Method<P> method, Record parameters) {
    return method.handler().apply(method.parameters().cast(parameters));
  }

  Object attach(String name, String address) {
    return call("bdev_nvme_attach_controller", new NvmeAttach(name, address));
  }

  NvmeDetach detach(String name) {
    return Form.of(NvmeDetach.class, Map.of("name", name));
  }

  NvmeDrive drive(String name) {
    return ((NvmeBdev) bdevs.require(name + "n1")).drive();
  }

  @SuppressWarnings("unchecked")
  String state(String name) {
    List<Map<String, Object>> all =
        (List<Map<String, Object>>) call("bdev_nvme_get_controllers", new NvmeGetControllers(name));
    List<Map<String, Object>> paths = (List<Map<String, Object>>) all.getFirst().get("ctrlrs");
    return (String) paths.getFirst().get("state");
  }

  /** What the module shows to Prometheus: {@code name[label, ...]} and the figure. */
  Map<String, Double> figures() {
    Map<String, Double> figures = new TreeMap<>();
    module.measure(
        new Measurements() {
          @Override
          public void put(Metric metric, double value, String... labels) {
            assertThat(module.metrics()).contains(metric);
            assertThat(labels).hasSameSizeAs(metric.labels());
            figures.put(metric.name() + List.of(labels), value);
          }

          @Override
          public void put(Metric metric, Histogram latencies, String... labels) {
            throw new AssertionError("drives have no histograms");
          }
        });
    return figures;
  }

  List<ConfigEntry> configuration() {
    return module.configuration(context);
  }

  static void until(BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + PATIENCE_NS;
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("waited in vain");
      }
      Thread.sleep(1);
    }
  }

  void closeModule() {
    module.close();
  }

  @Override
  public void close() {
    module.close();
    bus.dispose();
  }
}
