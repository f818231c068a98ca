package io.vireo.nvme.spec;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.RecordedNumbers;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** Compares our offsets, codes and bits with those that layouts.c printed. */
class HeaderTest {
  private static final String STATUS = "Status.";

  @Test
  void numbers_are_those_of_the_c_header() throws ReflectiveOperationException {
    Map<String, Integer> ours = new TreeMap<>();
    Map<String, Integer> theirs = numbers();
    for (String name : theirs.keySet()) {
      Field field = owner(name).getDeclaredField(name.substring(name.indexOf('.') + 1));
      field.setAccessible(true);
      ours.put(name, ((Number) field.get(null)).intValue());
    }
    assertThat(ours).hasSizeGreaterThan(200).isEqualTo(theirs);
  }

  @Test
  void no_visible_number_escapes_the_comparison() throws ReflectiveOperationException {
    Set<String> compared = numbers().keySet();
    for (String name : compared) {
      for (Field field : owner(name).getDeclaredFields()) {
        int shape = Modifier.STATIC | Modifier.FINAL | Modifier.PRIVATE;
        if (field.getType() == int.class
            && (field.getModifiers() & shape) == (Modifier.STATIC | Modifier.FINAL)) {
          assertThat(compared).contains(owner(name).getSimpleName() + "." + field.getName());
        }
      }
    }
  }

  @Test
  void every_status_of_the_c_header_has_words() {
    Map<String, Integer> statuses = recorded();
    statuses.keySet().removeIf(name -> !name.startsWith(STATUS));
    assertThat(statuses).hasSizeGreaterThan(100);
    assertThat(statuses)
        .allSatisfy(
            (name, status) -> assertThat(NvmeStatus.text(status)).doesNotStartWith("unknown"));
    assertThat(NvmeStatus.text(0x025)).isEqualTo("unknown status (type 0h, code 25h)");
    assertThat(NvmeStatus.text(0x1c0)).isEqualTo("vendor specific status (type 1h, code c0h)");
  }

  private static Class<?> owner(String name) throws ClassNotFoundException {
    return Class.forName("io.vireo.nvme.spec." + name.substring(0, name.indexOf('.')));
  }

  private static Map<String, Integer> numbers() {
    Map<String, Integer> all = recorded();
    all.keySet().removeIf(name -> name.startsWith(STATUS));
    return all;
  }

  private static Map<String, Integer> recorded() {
    return RecordedNumbers.of(HeaderTest.class, "layouts.txt");
  }
}
