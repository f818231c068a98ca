package io.vireo.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class ValueReaderTest {
  private static final int MAX_BYTES = 1000;

  private final List<JsonNode> values = new ArrayList<>();

  @Property(tries = 500)
  void values_are_found_wherever_the_stream_is_cut(
      @ForAll("streams") List<String> texts, @ForAll("cuts") List<Integer> cuts) {
    values.clear();
    byte[] stream = String.join("", texts).getBytes(StandardCharsets.UTF_8);
    ValueReader reader = new ValueReader(stream.length, 8192);
    int from = 0;
    for (int i = 0; from < stream.length; i++) {
      int to = Math.min(stream.length, from + cuts.get(i % cuts.size()));
      feed(reader, Arrays.copyOfRange(stream, from, to));
      from = to;
    }
    assertThat(values).isEqualTo(texts.stream().map(Json.mapper()::readTree).toList());
  }

  @Provide
  Arbitrary<List<String>> streams() {
    Arbitrary<String> strings = Arbitraries.strings().withCharRange('\0', '\ud7ff').ofMaxLength(5);
    Arbitrary<Object> scalars =
        Arbitraries.oneOf(
            strings.map(s -> (Object) s),
            Arbitraries.integers().map(i -> (Object) i),
            Arbitraries.bigDecimals().map(d -> (Object) d),
            Arbitraries.of(true, false),
            Arbitraries.just(List.of("]", "}", "\"", "{[")));
    Arbitrary<Object> arrays = scalars.list().ofMaxSize(4).map(l -> (Object) l);
    Arbitrary<Object> objects =
        Arbitraries.maps(strings, Arbitraries.oneOf(scalars, arrays))
            .ofMaxSize(4)
            .map(m -> (Object) m);
    return Arbitraries.oneOf(arrays, objects)
        .flatMap(
            v ->
                Arbitraries.of(
                    Json.mapper().writeValueAsString(v),
                    Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(v) + "\n"))
        .list()
        .ofMinSize(1)
        .ofMaxSize(6);
  }

  @Provide
  Arbitrary<List<Integer>> cuts() {
    return Arbitraries.integers().between(1, 40).list().ofMinSize(1).ofMaxSize(10);
  }

  @Test
  void a_value_ends_with_its_last_bracket_and_waits_for_nothing() {
    feed(reader(), "{}");
    assertThat(values).hasSize(1);
  }

  @Test
  void nothing_is_answered_before_the_last_byte() {
    feed(reader(), "{\"a\":[1,{\"b\":\"}]\"}]");
    assertThat(values).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "}",
        "{foo",
        "{\"a\":1,}",
        "[1 2]",
        "{}x",
        "{\"a\":tru}",
        "{'a':1}",
        "// comment",
        "[01]",
        "[+1]",
        "[NaN]",
        "[1e99999999999]",
        "[-1e-99999999999]",
        "{\"a\":\"\n\"}",
        "{\"a\":\"\\q\"}",
        "{a:1}",
        "[1,]"
      })
  void what_is_not_json_is_told_at_once(String text) {
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> feed(reader(), text))
        .withMessageStartingWith("Parse error: ")
        .matches(e -> e.code() == RpcException.PARSE_ERROR);
  }

  @Test
  void bytes_that_are_not_utf8_are_refused() {
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> feed(reader(), new byte[] {'"', (byte) 0xff, '"'}));
  }

  @Test
  void a_name_that_stands_twice_is_refused() {
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> feed(reader(), "{\"name\":1,\"name\":2}"))
        .withMessageContaining("\"name\"");
  }

  @Test
  void values_before_an_error_are_found() {
    assertThatExceptionOfType(RpcException.class).isThrownBy(() -> feed(reader(), "{}[]!"));
    assertThat(values).hasSize(2);
  }

  @Test
  void depth_is_bounded() {
    feed(reader(), "[".repeat(64) + "]".repeat(64));
    assertThat(values).hasSize(1);
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> feed(reader(), "[".repeat(65)))
        .withMessageContaining("64");
  }

  @Test
  void the_number_of_tokens_is_bounded() {
    String longest = "[" + "1,".repeat(8189) + "1]";
    feed(new ValueReader(100_000, 8192), longest);
    assertThat(values).hasSize(1);
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> feed(new ValueReader(100_000, 8192), longest.replace("]", ",1]")))
        .withMessageContaining("8192");
  }

  @Test
  void length_is_bounded_for_each_value_apart() {
    String longest = "\"" + "x".repeat(MAX_BYTES - 2) + "\"";
    feed(reader(), longest + longest + longest);
    assertThat(values).hasSize(3);
    assertThatExceptionOfType(RpcException.class)
        .isThrownBy(() -> feed(reader(), longest + " " + longest))
        .withMessage("Parse error: more than 1000 bytes in one value");
  }

  @Test
  void a_value_without_an_end_is_refused_when_it_becomes_too_long() {
    ValueReader reader = reader();
    feed(reader, "\"" + "x".repeat(MAX_BYTES - 1));
    assertThatExceptionOfType(RpcException.class).isThrownBy(() -> feed(reader, "x"));
  }

  private static ValueReader reader() {
    return new ValueReader(MAX_BYTES, 8192);
  }

  private void feed(ValueReader reader, String text) {
    feed(reader, text.getBytes(StandardCharsets.UTF_8));
  }

  private void feed(ValueReader reader, byte[] bytes) {
    reader.feed(bytes, bytes.length);
    for (JsonNode value = reader.next(); value != null; value = reader.next()) {
      values.add(value);
    }
  }
}
