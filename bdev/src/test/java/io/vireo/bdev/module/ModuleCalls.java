package io.vireo.bdev.module;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.malloc.MallocCreate;
import io.vireo.bdev.nulldev.NullCreate;
import io.vireo.memreg.MemoryRegistry;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import org.assertj.core.api.AbstractThrowableAssert;

/** All modules as the program finds them, called by their methods' names. */
public final class ModuleCalls {
  public final BdevRegistry bdevs = new BdevRegistry();
  private final BdevContext context = new BdevContext(bdevs, null, new MemoryRegistry());
  private final List<BdevModule> modules =
      ServiceLoader.load(BdevModule.class).stream().map(ServiceLoader.Provider::get).toList();
  private final Map<String, Method<?>> methods = new LinkedHashMap<>();

  public ModuleCalls() {
    modules.forEach(
        module -> module.methods(context).forEach(method -> methods.put(method.name(), method)));
  }

  public Map<String, Method<?>> methods() {
    return methods;
  }

  public Object call(String method, Record parameters) {
    return call(methods.get(method), parameters);
  }

  private static <P extends Record> Object call(Method<P> method, Record parameters) {
    return method.handler().apply(method.parameters().cast(parameters));
  }

  /** A disk of 512-byte blocks that stores nothing; its name. */
  public String createNull(String name, long blocks) {
    NullCreate disk = new NullCreate(name, 512, blocks);
    return (String) call("bdev_null_create", disk);
  }

  /** A disk of 512-byte blocks in memory; its name. */
  public String createMalloc(String name, long blocks) {
    MallocCreate disk = new MallocCreate(name, 512, blocks);
    return (String) call("bdev_malloc_create", disk);
  }

  /** A call that must be refused. */
  public AbstractThrowableAssert<?, ? extends Throwable> refusal(String method, Record parameters) {
    return assertThatThrownBy(() -> call(method, parameters));
  }

  /** What would be saved. */
  public List<ConfigEntry> configuration() {
    return modules.stream().flatMap(module -> module.configuration(context).stream()).toList();
  }

  /** Removes all bdevs, those that stand on others before them. */
  public void clear() {
    bdevs.all().reversed().forEach(bdev -> bdevs.unregister(bdev.name()));
  }
}
