package io.vireo.daemon.rpc;

import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Optional;
import io.vireo.bdev.module.Phase;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Supplier;
import tools.jackson.databind.JsonNode;

/**
 * The methods that there are, by name, and two that tell about them. Immutable but for the phase,
 * in which some of them can be called; any thread.
 *
 * <p>A handler refuses by an exception that is a {@link Refusal}. The answer's code is then its
 * negated errno.
 */
public final class MethodTable {
  private final SortedMap<String, Entry<?>> entries = new TreeMap<>();
  private final Supplier<Phase> now;

  /** All the time in the phase in which a target runs. */
  public MethodTable(List<Method<?>> methods) {
    this(methods, () -> Phase.RUNTIME);
  }

  /**
   * @param now the phase; not {@link Phase#ANY}
   * @throws IllegalArgumentException when two methods have one name, or a parameter record declares
   *     something that JSON parameters cannot be
   */
  public MethodTable(List<Method<?>> methods, Supplier<Phase> now) {
    this.now = now;
    add(new Method<>("rpc_get_methods", GetMethods.class, Phase.ANY, this::names));
    add(new Method<>("rpc_get_parameters", GetParameters.class, Phase.ANY, this::describe));
    methods.forEach(this::add);
  }

  private <P extends Record> void add(Method<P> method) {
    Binder<P> binder = new Binder<>(method.name(), method.parameters());
    if (entries.putIfAbsent(method.name(), new Entry<>(method, binder)) != null) {
      throw new IllegalArgumentException("two methods are named " + method.name());
    }
  }

  /**
   * Every method has one name, so there are no aliases.
   *
   * @param current only those that can be called now
   */
  record GetMethods(
      @Optional("false") boolean current, @Optional("false") boolean include_aliases) {}

  private Object names(GetMethods p) {
    Phase phase = now.get();
    return entries.values().stream()
        .filter(entry -> !p.current || entry.method.phase().includes(phase))
        .map(entry -> entry.method.name())
        .toList();
  }

  /** Of all methods, whatever the phase is. */
  Set<String> names() {
    return Collections.unmodifiableSet(entries.keySet());
  }

  /** The parameters of one method: what {@code vireo rpc} reads its arguments by. */
  record GetParameters(String method) {}

  private Object describe(GetParameters p) {
    return entry(p.method).binder.parameters().stream().map(MethodTable::describe).toList();
  }

  private static Map<String, Object> describe(Parameter parameter) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", parameter.name());
    map.put("type", parameter.type().name());
    map.put("required", parameter.required());
    if (!parameter.fallback().isMissingNode()) {
      map.put("default", parameter.fallback());
    }
    return map;
  }

  /**
   * Calls a method.
   *
   * @param params an object, or a missing node
   * @return the result, made of what JSON knows
   * @throws RpcException with the code and the sentence of the answer
   */
  Object call(String method, JsonNode params) {
    Entry<?> entry = entry(method);
    if (!entry.method.phase().includes(now.get())) {
      throw new RpcException(RpcException.WRONG_STATE, wrongState(entry.method));
    }
    return answered(() -> entry.bind(params).call());
  }

  /** What is called later; its parameters are checked now, whatever the phase is. */
  public BoundCall bind(String method, JsonNode params) {
    return answered(() -> entry(method).bind(params));
  }

  private static String wrongState(Method<?> method) {
    String before = method.phase() == Phase.STARTUP ? "before" : "after";
    return "Invalid state: %s can be called only %s the target is initialized (framework_start_init)"
        .formatted(method.name(), before);
  }

  /** What is done here refuses with a code. */
  static <T> T answered(Supplier<T> what) {
    try {
      return what.get();
    } catch (RuntimeException e) {
      throw Refusal.of(e).map(r -> r.answer(-r.errno())).orElseThrow(() -> e);
    }
  }

  private Entry<?> entry(String method) {
    Entry<?> entry = entries.get(method);
    if (entry == null) {
      throw new RpcException(RpcException.METHOD_NOT_FOUND, "Method not found: " + method);
    }
    return entry;
  }

  /**
   * The same methods, their refusals answered with one code instead of the negated errno, as the
   * field does for some.
   */
  public static <P extends Record> Method<P> withCode(int code, Method<P> method) {
    Function<P, Object> handler =
        p -> {
          try {
            return method.handler().apply(p);
          } catch (RuntimeException e) {
            throw Refusal.of(e).map(r -> r.answer(code)).orElseThrow(() -> e);
          }
        };
    return method.handledBy(handler);
  }

  private record Entry<P extends Record>(Method<P> method, Binder<P> binder) {
    BoundCall bind(JsonNode params) {
      P parameters = binder.bind(params);
      return new BoundCall(method, () -> method.handler().apply(parameters));
    }
  }

  /** Whether a method of that name changes nothing, as far as the field's names tell. */
  public static boolean onlyAsks(String method) {
    return method.contains("_get_");
  }
}
