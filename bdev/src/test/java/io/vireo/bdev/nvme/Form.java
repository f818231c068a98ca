package io.vireo.bdev.nvme;

import io.vireo.bdev.module.Optional;
import java.lang.reflect.RecordComponent;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Parameters of a method as an operator gives them: those that matter, the others absent. */
final class Form {
  private Form() {}

  static <R extends Record> R of(Class<R> type, Map<String, ?> given) {
    Map<String, Object> left = new HashMap<>(given);
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      RecordComponent component = components[i];
      types[i] = component.getType();
      values[i] =
          left.containsKey(component.getName())
              ? fitting(types[i], left.remove(component.getName()).toString())
              : absent(component);
    }
    if (!left.isEmpty()) {
      throw new AssertionError("no parameters of %s: %s".formatted(type, left.keySet()));
    }
    try {
      return type.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(type.getName(), e);
    }
  }

  private static Object absent(RecordComponent component) {
    Optional optional = component.getAnnotation(Optional.class);
    String text = optional == null ? "" : optional.value().replaceAll("[\"\\[\\]]", "");
    if (!text.isEmpty()) {
      return fitting(component.getType(), text);
    }
    return component.getType().isPrimitive() ? fitting(component.getType(), "0") : null;
  }

  private static Object fitting(Class<?> type, String text) {
    if (type == String.class) {
      return text;
    } else if (type == int.class) {
      return Integer.valueOf(text);
    } else if (type == long.class || type == Long.class) {
      return Long.valueOf(text);
    } else if (type == boolean.class || type == Boolean.class) {
      return Boolean.valueOf(text);
    } else if (type == List.class) {
      return List.of(text.split(","));
    }
    for (Object constant : type.getEnumConstants()) {
      if (constant.toString().equals(text.toUpperCase(Locale.ROOT))) {
        return constant;
      }
    }
    throw new AssertionError("%s is no %s".formatted(text, type));
  }
}
