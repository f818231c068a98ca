package io.vireo.daemon.rpc;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import tools.jackson.databind.JsonNode;

/**
 * Makes a method's parameter record out of a request's {@code params}. All or nothing: whatever is
 * wrong is told by name before the handler sees anything. Any thread.
 */
final class Binder<P extends Record> {
  private final String method;
  private final List<Parameter> parameters;
  private final Constructor<P> constructor;

  /** Reads the record's declaration, once. */
  Binder(String method, Class<P> type) {
    this.method = method;
    RecordComponent[] components = type.getRecordComponents();
    parameters = Arrays.stream(components).map(Parameter::of).toList();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      constructor = type.getDeclaredConstructor(types);
    } catch (NoSuchMethodException e) {
      throw new AssertionError("a record without its canonical constructor: " + type, e);
    }
    constructor.setAccessible(true);
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
    refuseUnknown(params);
    Object[] values = parameters.stream().map(p -> p.value(params.path(p.name()))).toArray();
    try {
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make the parameters of " + method, e);
    }
  }

  private void refuseUnknown(JsonNode params) {
    for (String name : params.propertyNames()) {
      if (parameters.stream().noneMatch(p -> p.name().equals(name))) {
        throw RpcException.invalidParameters(
            "unknown parameter '"
                + name
                + "', "
                + method
                + " takes "
                + parameters.stream().map(Parameter::name).collect(Collectors.joining(", ")));
      }
    }
  }
}
