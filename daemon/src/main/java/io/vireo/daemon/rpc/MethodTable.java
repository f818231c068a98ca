package io.vireo.daemon.rpc;

import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Optional;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;

/**
 * The methods that can be called, by name, and two that tell about them. Immutable; any thread.
 *
 * <p>A handler refuses by an exception that is a {@link Refusal}. The answer's code is then its
 * negated errno.
 */
public final class MethodTable {
  private final SortedMap<String, Entry<?>> entries = new TreeMap<>();

  /**
   * @throws IllegalArgumentException when two methods have one name, or a parameter record declares
   *     something that JSON parameters cannot be
   */
  public MethodTable(List<Method<?>> methods) {
    add(new Method<>("rpc_get_methods", GetMethods.class, p -> List.copyOf(entries.keySet())));
    add(new Method<>("rpc_get_parameters", GetParameters.class, this::describe));
    methods.forEach(this::add);
  }

  private <P extends Record> void add(Method<P> method) {
    Binder<P> binder = new Binder<>(method.name(), method.parameters());
    if (entries.putIfAbsent(method.name(), new Entry<>(binder, method.handler())) != null) {
      throw new IllegalArgumentException("two methods are named " + method.name());
    }
  }

  /**
   * Every method can be called at any time and has one name, so both switches are satisfied by the
   * same list.
   */
  record GetMethods(
      @Optional("false") boolean current, @Optional("false") boolean include_aliases) {}

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
    try {
      return entry(method).call(params);
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
    return new Method<>(method.name(), method.parameters(), handler);
  }

  private record Entry<P extends Record>(Binder<P> binder, Function<P, Object> handler) {
    Object call(JsonNode params) {
      return handler.apply(binder.bind(params));
    }
  }
}
