package io.vireo.daemon.rpc;

import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Optional;
import java.lang.reflect.RecordComponent;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.MissingNode;

/**
 * One parameter of a method, as a record component and its annotations declare it.
 *
 * @param fallback the value when it is absent; null also for a required one
 * @param later belongs to a feature that is not there yet: only its default is taken
 */
record Parameter(
    String name, ParameterType type, boolean required, JsonNode fallback, boolean later)
    implements Component {

  /** Reads a component's declaration; a mistake in it is found here, at the start. */
  static Parameter of(RecordComponent component) {
    Optional optional = component.getAnnotation(Optional.class);
    JsonNode fallback = fallback(component, optional);
    long least = optional == null ? 0 : optional.min();
    long min = fallback.isIntegralNumber() ? Math.min(least, fallback.longValue()) : least;
    Parameter parameter =
        new Parameter(
            component.getName(),
            ParameterType.of(component.getGenericType(), min),
            optional == null,
            fallback,
            component.isAnnotationPresent(Later.class));
    if (parameter.later && parameter.required) {
      throw new IllegalArgumentException(
          "parameter " + component.getName() + " is for later, but not optional");
    }
    if (!fallback.isMissingNode()) {
      parameter.read(fallback);
    }
    return parameter;
  }

  private static JsonNode fallback(RecordComponent component, Optional optional) {
    if (optional == null) {
      return MissingNode.getInstance();
    }
    if (!optional.value().isEmpty()) {
      return Json.constant(optional.value());
    }
    if (component.getType() == boolean.class) {
      return JsonNodeFactory.instance.booleanNode(false);
    }
    return component.getType().isPrimitive()
        ? JsonNodeFactory.instance.numberNode(0)
        : MissingNode.getInstance();
  }

  @Override
  public Stream<Parameter> parameters() {
    return Stream.of(this);
  }

  @Override
  public Object valueIn(JsonNode params) {
    JsonNode sent = params.path(name);
    if (sent.isMissingNode()) {
      if (required) {
        throw RpcException.invalidParameters("parameter '" + name + "' is missing");
      }
      return fallback.isMissingNode() ? null : read(fallback);
    }
    Object value = read(sent);
    if (later && (fallback.isMissingNode() || !value.equals(read(fallback)))) {
      throw RpcException.invalidParameters(
          "parameter '"
              + name
              + "' is "
              + ParameterType.shown(sent)
              + ", which this version does not support"
              + (fallback.isMissingNode() ? "" : ": only " + fallback));
    }
    return value;
  }

  private Object read(JsonNode value) {
    try {
      return type.reader().apply(value);
    } catch (IllegalArgumentException e) {
      throw RpcException.invalidParameters("parameter '" + name + "' " + e.getMessage());
    }
  }
}
