package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Phase;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;

/** docs/json-rpc.md tells of every method and parameter, and its examples work as they stand. */
@Timeout(60)
class ReferenceTest {
  private static final Path REFERENCE =
      Path.of("").toAbsolutePath().resolveSibling("docs/json-rpc.md");
  private static final String SECTION = "### ";
  private static final String CALL = "./vireo rpc ";
  private static final String START = "framework_start_init";

  /** What it does would end the tests. */
  private static final String KILL = "spdk_kill_instance";

  @TempDir Path dir;

  /**
   * What is told of a method.
   *
   * @param rows of its table, cell by cell
   * @param examples that can be carried out one after the other, over all sections
   * @param others those of methods for which the target must wait, or a drive be there
   */
  private record Section(List<List<String>> rows, List<String> examples, List<String> others) {}

  private static SequencedMap<String, Section> sections() throws IOException {
    SequencedMap<String, Section> sections = new LinkedHashMap<>();
    Section section = null;
    boolean runs = false;
    for (String line : Files.readAllLines(REFERENCE)) {
      if (line.startsWith(SECTION)) {
        section = new Section(new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        assertThat(sections.put(line.substring(SECTION.length()), section)).isNull();
      } else if (line.startsWith("```")) {
        runs = line.equals("```sh");
      } else if (section != null && line.startsWith("| `")) {
        section.rows.add(
            List.of(line.substring(1).split("[|]", 5)).stream().map(String::strip).toList());
      } else if (section != null && line.startsWith(CALL)) {
        (runs ? section.examples : section.others).add(line.substring("./vireo ".length()));
      }
    }
    return sections;
  }

  @Test
  void every_method_has_its_section_with_its_parameters_and_an_example() throws IOException {
    SequencedMap<String, Section> sections = sections();
    try (RunningTarget target = new RunningTarget(dir)) {
      assertThat(sections.keySet())
          .containsExactlyInAnyOrderElementsOf(
              target.call("rpc_get_methods").valueStream().map(JsonNode::stringValue).toList());
      for (Map.Entry<String, Section> entry : sections.entrySet()) {
        String method = entry.getKey();
        Section section = entry.getValue();
        List<List<String>> declared = new ArrayList<>();
        for (JsonNode parameter : target.call("rpc_get_parameters", "method", method)) {
          declared.add(row(parameter));
        }
        assertThat(section.rows.stream().map(row -> row.subList(0, 3)).toList())
            .as(method)
            .isEqualTo(declared);
        assertThat(section.rows).allSatisfy(row -> assertThat(row.get(3)).isNotEmpty());
        assertThat(Stream.concat(section.examples.stream(), section.others.stream()))
            .as(method)
            .anyMatch(example -> (example + " ").startsWith("rpc " + method + " "));
      }
    }
  }

  private static List<String> row(JsonNode parameter) {
    String otherwise =
        parameter.path("default").isArray()
            ? String.join(
                ", ", parameter.path("default").valueStream().map(JsonNode::asString).toList())
            : parameter.path("default").asString("");
    return List.of(
        "`" + parameter.path("name").stringValue() + "`",
        parameter.path("type").stringValue().replace("|", ", "),
        parameter.path("required").booleanValue() ? "required" : otherwise);
  }

  /** The parameters of a record, those of records in it too, and whether each is for later. */
  private static Map<String, Boolean> later(Class<?> parameters) {
    Map<String, Boolean> later = new LinkedHashMap<>();
    for (RecordComponent component : parameters.getRecordComponents()) {
      if (component.getType().isRecord()) {
        later.putAll(later(component.getType()));
      } else {
        later.put("`" + component.getName() + "`", component.isAnnotationPresent(Later.class));
      }
    }
    return later;
  }

  @Test
  void what_is_told_to_be_refused_is_refused_and_nothing_else() throws IOException {
    SequencedMap<String, Section> sections = sections();
    int refused = 0;
    try (RunningTarget target = new RunningTarget(dir)) {
      for (Method<?> method : target.target.methods()) {
        Map<String, Boolean> later = later(method.parameters());
        for (List<String> row : sections.get(method.name()).rows) {
          String only = row.get(2).isEmpty() ? "refused: " : "only its default";
          boolean told = row.get(3).startsWith(only);
          assertThat(told).as("%s %s", method.name(), row).isEqualTo(later.get(row.get(0)));
          refused += told ? 1 : 0;
        }
      }
    }
    assertThat(refused).isGreaterThan(40);
  }

  @Test
  void examples_work_one_after_the_other() throws IOException {
    Files.write(dir.resolve("disk0.img"), new byte[1 << 20]);
    int done = 0;
    try (RunningTarget target = new RunningTarget(dir)) {
      for (Section section : sections().values()) {
        for (String example : section.examples) {
          assertDone(example);
          done++;
        }
      }
      assertThat(target.state()).as("they clear up").isEqualTo("[]\n[]");
    }
    assertThat(done).isGreaterThan(50);
  }

  @Test
  void examples_for_a_target_that_waits_work_before_it_is_initialized() throws IOException {
    SequencedMap<String, Section> sections = sections();
    List<String> done = new ArrayList<>();
    try (RunningTarget target = new RunningTarget(dir, new StartOptions(null, false, true, null))) {
      for (Method<?> method : target.target.methods()) {
        Section section = sections.get(method.name());
        if (method.phase() == Phase.STARTUP && !method.name().equals(START)) {
          section.others.forEach(this::assertDone);
          done.add(method.name());
        }
      }
      sections.get("bdev_nvme_set_options").examples.forEach(this::assertDone);
      sections.get(START).others.forEach(this::assertDone);
      assertThat(target.call("framework_wait_init").booleanValue()).isTrue();
    }
    assertThat(done).contains("bdev_set_options", "iobuf_set_options");
  }

  @Test
  void examples_that_need_what_is_not_here_are_understood_and_refused() throws IOException {
    List<String> refused = new ArrayList<>();
    SequencedMap<String, Section> sections = sections();
    try (RunningTarget target = new RunningTarget(dir)) {
      for (Method<?> method : target.target.methods()) {
        if (method.phase() != Phase.STARTUP && !method.name().equals(KILL)) {
          sections.get(method.name()).others.forEach(this::assertRefused);
          refused.addAll(sections.get(method.name()).others);
        }
      }
      assertThat(target.state()).isEqualTo("[]\n[]");
    }
    assertThat(refused).hasSizeGreaterThan(8);
  }

  private void assertDone(String example) {
    StringWriter said = new StringWriter();
    assertThat(run(example, said)).as("%s: %s", example, said).isZero();
  }

  /** By the method, not because it is none or has other parameters. */
  private void assertRefused(String example) {
    StringWriter said = new StringWriter();
    assertThat(run(example, said)).as("%s: %s", example, said).isEqualTo(1);
    assertThat(said.toString())
        .as(example)
        .containsPattern("\\(-\\d{1,3}\\)\\s*$")
        .contains(example.contains("create_transport") ? "(-17)" : "");
  }

  /** With this target's socket, files of this test, and the address of no drive. */
  private int run(String example, StringWriter said) {
    String command =
        example
            .replace("rpc ", "rpc -s " + dir.resolve("rpc.sock") + " ")
            .replace("/srv/", dir + "/")
            .replace("0000:01:00.0", "ffff:1f:1f.7");
    String[] words = command.split(" ");
    CommandLine line = Main.commandLine(() -> {}, words);
    line.setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
    return line.execute(words);
  }
}
