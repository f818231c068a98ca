package io.vireo.daemon.rpc;

import java.lang.reflect.AccessibleObject;
import java.lang.reflect.RecordComponent;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import tools.jackson.databind.node.MissingNode;

/** A parameter record as a request's {@code params}: the way back of {@link Binder}. */
public final class Parameters {
  private Parameters() {}

  /** What a request has to say so that the record comes out: defaults are left out. */
  public static Map<String, Object> of(Record parameters) {
    Map<String, Object> params = new LinkedHashMap<>();
    put(parameters, params);
    return params;
  }

  private static void put(Record parameters, Map<String, Object> params) {
    for (RecordComponent component : parameters.getClass().getRecordComponents()) {
      Object value = value(parameters, component);
      if (value instanceof Record more) {
        put(more, params);
      } else if (!Objects.equals(value, fallback(component))) {
        params.put(component.getName(), json(value));
      }
    }
  }

  private static Object value(Record parameters, RecordComponent component) {
    try {
      AccessibleObject accessor = component.getAccessor();
      accessor.setAccessible(true);
      return component.getAccessor().invoke(parameters);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot read " + component, e);
    }
  }

  private static Object fallback(RecordComponent component) {
    Parameter parameter = Parameter.of(component);
    return parameter.required() ? null : parameter.valueIn(MissingNode.getInstance());
  }

  private static Object json(Object value) {
    return switch (value) {
      case Enum<?> constant -> Words.of(constant);
      case UUID uuid -> uuid.toString();
      case List<?> list -> list.stream().map(Parameters::json).toList();
      default -> value;
    };
  }
}
