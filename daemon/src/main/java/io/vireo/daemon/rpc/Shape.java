package io.vireo.daemon.rpc;

import java.lang.reflect.Constructor;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** A record and what each of its components is read from; a record inside has a shape itself. */
record Shape<R extends Record>(Constructor<R> constructor, List<Component> components)
    implements Component {
  static <R extends Record> Shape<R> of(Class<R> type) {
    RecordComponent[] components = type.getRecordComponents();
    Class<?>[] types =
        Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
    try {
      Constructor<R> constructor = type.getDeclaredConstructor(types);
      constructor.setAccessible(true);
      return new Shape<>(constructor, Arrays.stream(components).map(Shape::component).toList());
    } catch (NoSuchMethodException e) {
      throw new AssertionError("a record without its canonical constructor: " + type, e);
    }
  }

  private static Component component(RecordComponent component) {
    Class<?> type = component.getType();
    return type.isRecord() ? of(type.asSubclass(Record.class)) : Parameter.of(component);
  }

  @Override
  public Stream<Parameter> parameters() {
    return components.stream().flatMap(Component::parameters);
  }

  @Override
  public R valueIn(JsonNode params) {
    Object[] values = components.stream().map(c -> c.valueIn(params)).toArray();
    try {
      return constructor.newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("cannot make a " + constructor.getDeclaringClass(), e);
    }
  }
}
