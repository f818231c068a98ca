package io.vireo.daemon.rpc;

import io.vireo.bdev.module.Relaxed;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * Makes a method's parameter record out of a request's {@code params}. All or nothing: whatever is
 * wrong is told by name before the handler sees anything. Any thread.
 *
 * <p>A component that is a record itself stands for its own components: parameters that several
 * methods have are declared once.
 */
final class Binder<P extends Record> {
  private static final Logger log = LoggerFactory.getLogger(Binder.class);

  private final String method;
  private final Shape<P> shape;
  private final List<Parameter> parameters;
  private final boolean relaxed;

  /** Reads the record's declaration, once. */
  Binder(String method, Class<P> type) {
    this.method = method;
    shape = Shape.of(type);
    parameters = shape.parameters().toList();
    relaxed = type.isAnnotationPresent(Relaxed.class);
    Set<String> names = new HashSet<>();
    for (Parameter parameter : parameters) {
      if (!names.add(parameter.name())) {
        throw new IllegalArgumentException(
            "%s has two parameters %s".formatted(method, parameter.name()));
      }
    }
  }

  List<Parameter> parameters() {
    return parameters;
  }

  /**
   * @param params an object, or a missing node when the request has none
   * @throws RpcException with {@link RpcException#INVALID_PARAMS}
   */
  P bind(JsonNode params) {
    if (parameters.isEmpty() && !params.isMissingNode()) {
      throw new RpcException(RpcException.INVALID_PARAMS, method + " requires no parameters");
    }
    if (!params.isMissingNode() && !params.isObject()) {
      throw RpcException.invalidParameters(
          "params are " + ParameterType.shown(params) + ", not an object");
    }
    params.propertyNames().stream().filter(this::isUnknown).forEach(this::unknown);
    return shape.valueIn(params);
  }

  private boolean isUnknown(String name) {
    return parameters.stream().noneMatch(parameter -> parameter.name().equals(name));
  }

  private void unknown(String name) {
    String sentence =
        "unknown parameter '%s', %s takes %s"
            .formatted(
                name,
                method,
                parameters.stream().map(Parameter::name).collect(Collectors.joining(", ")));
    if (!relaxed) {
      throw RpcException.invalidParameters(sentence);
    }
    log.warn("{}: it is left out", sentence);
  }
}
