package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.BitSet;
import java.util.Set;
import java.util.stream.Collectors;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CpuMaskTest {
  private static BitSet cpus(Iterable<Integer> numbers) {
    BitSet cpus = new BitSet();
    numbers.forEach(cpus::set);
    return cpus;
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "0x1;[0]",
        "0x3;[0-1]",
        "3;[0-1]",
        "10;[4]",
        "0XaF;[0-3,5,7]",
        "ff00000000000000000;[68-75]",
        "0x000000000000000000000000000000000001;[0]",
        "[0];[0]",
        "[0,1];[0-1]",
        "[0-3,5];[0-3,5]",
        "[5,0-3,2];[0-3,5]",
        "' [ 0 , 2 - 3 ] ';[0,2-3]",
        "[7-7];[7]",
        "[1023];[1023]"
      })
  void both_forms_are_understood(String text, String list) {
    assertThat(CpuMask.formatList(CpuMask.parse(text))).isEqualTo(list);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "'';CPU mask '' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "0x;CPU mask '0x' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "xyz;CPU mask 'xyz' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "-1;CPU mask '-1' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "[];CPU mask '[]' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "[0,];CPU mask '[0,]' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "[0;CPU mask '[0' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "[0-1-2];CPU mask '[0-1-2]' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "[a];CPU mask '[a]' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "'0,1';CPU mask '0,1' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "0x0;CPU mask '0x0' names no CPU",
        "[3-1];CPU range 3-1 ends before it starts",
        "[1024];CPU 1024 is above the highest that can be named, 1023",
        "[0-99999999999];CPU 99999999999 is above the highest that can be named, 1023"
      })
  void anything_else_is_refused_with_a_sentence(String text, String sentence) {
    assertThatThrownBy(() -> CpuMask.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(sentence);
  }

  @Test
  void a_long_text_neither_hangs_nor_overflows() {
    String hex = "0x1" + "0".repeat(100_000);
    assertThatThrownBy(() -> CpuMask.parse(hex))
        .hasMessage("CPU 400000 is above the highest that can be named, 1023");
    assertThat(CpuMask.parse("[0" + ",0".repeat(100_000) + "]").cardinality()).isEqualTo(1);
  }

  @Property
  void what_is_formatted_is_parsed_again(
      @ForAll @Size(min = 1, max = 40) Set<@IntRange(max = 1023) Integer> numbers) {
    BitSet cpus = cpus(numbers);
    assertThat(CpuMask.parse(CpuMask.format(cpus))).isEqualTo(cpus);
    assertThat(CpuMask.parse(CpuMask.formatList(cpus))).isEqualTo(cpus);
    String plain = numbers.stream().map(String::valueOf).collect(Collectors.joining(",", "[", "]"));
    assertThat(CpuMask.parse(plain)).isEqualTo(cpus);
  }

  @Test
  void the_empty_set_has_a_form_too() {
    assertThat(CpuMask.format(new BitSet())).isEqualTo("0x0");
    assertThat(CpuMask.formatList(new BitSet())).isEqualTo("[]");
  }
}
