package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Compares our numbers with those that constants.c printed. */
class ConstantsTest {
  @Test
  void numbers_are_those_of_the_c_headers() throws ReflectiveOperationException {
    Map<String, Integer> ours = new TreeMap<>();
    for (String name : recorded().keySet()) {
      Field field = owner(name).getDeclaredField(name.substring(name.lastIndexOf('.') + 1));
      field.setAccessible(true);
      ours.put(name, ((Number) field.get(null)).intValue());
    }
    assertThat(ours).isNotEmpty().isEqualTo(recorded());
  }

  @Test
  void no_visible_number_escapes_the_comparison() throws ReflectiveOperationException {
    Map<String, Integer> recorded = recorded();
    Set<String> classes =
        recorded.keySet().stream()
            .map(name -> name.substring(0, name.lastIndexOf('.')))
            .collect(Collectors.toSet());
    for (String name : classes) {
      for (Field field : Class.forName("io.vireo.linux." + name).getDeclaredFields()) {
        int shape = Modifier.STATIC | Modifier.FINAL | Modifier.PRIVATE;
        if (field.getType() == int.class
            && (field.getModifiers() & shape) == (Modifier.STATIC | Modifier.FINAL)) {
          assertThat(recorded).containsKey(name + "." + field.getName());
        }
      }
    }
  }

  private static Class<?> owner(String name) throws ClassNotFoundException {
    return Class.forName("io.vireo.linux." + name.substring(0, name.lastIndexOf('.')));
  }

  private static Map<String, Integer> recorded() {
    return RecordedNumbers.of(ConstantsTest.class, "constants.txt");
  }
}
