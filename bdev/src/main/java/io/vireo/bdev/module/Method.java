package io.vireo.bdev.module;

import java.util.function.Function;

/**
 * One method that an operator can call.
 *
 * @param name as in {@code bdev_malloc_create}
 * @param parameters a record whose component names are the names of the JSON parameters (snake
 *     case); a component may be {@link Optional} and {@link Later}, or a record of more parameters
 * @param phase when it can be called
 * @param handler does it; the result is a String, Boolean, Number, Map or List. A refusal is a
 *     {@link io.vireo.bdev.BdevException} or {@link io.vireo.linux.ErrnoException} and leaves
 *     everything as it was
 */
public record Method<P extends Record>(
    String name, Class<P> parameters, Phase phase, Function<P, Object> handler) {
  /** One that can be called while the target runs. */
  public Method(String name, Class<P> parameters, Function<P, Object> handler) {
    this(name, parameters, Phase.RUNTIME, handler);
  }

  /** The same, in another phase. */
  public Method<P> during(Phase other) {
    return new Method<>(name, parameters, other, handler);
  }

  /** The same, handled by another. */
  public Method<P> handledBy(Function<P, Object> other) {
    return new Method<>(name, parameters, phase, other);
  }
}
