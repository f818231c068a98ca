package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
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

  @TempDir Path dir;

  /**
   * What is told of a method.
   *
   * @param rows of its table, cell by cell
   * @param examples that can be carried out one after the other, over all sections
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
        assertThat(section.examples.size() + section.others.size()).as(method).isPositive();
      }
    }
  }

  private static List<String> row(JsonNode parameter) {
    String otherwise = parameter.path("default").asString("");
    return List.of(
        "`" + parameter.path("name").stringValue() + "`",
        parameter.path("type").stringValue().replace("|", ", "),
        parameter.path("required").booleanValue() ? "required" : otherwise);
  }

  @Test
  void examples_work_one_after_the_other() throws IOException {
    Files.write(dir.resolve("disk0.img"), new byte[1 << 20]);
    Path socket = dir.resolve("rpc.sock");
    int done = 0;
    try (RunningTarget target = new RunningTarget(dir)) {
      for (Section section : sections().values()) {
        for (String example : section.examples) {
          run(example.replace("rpc ", "rpc -s " + socket + " ").replace("/srv/", dir + "/"));
          done++;
        }
      }
      assertThat(target.state()).as("they clear up").isEqualTo("[]\n[]");
    }
    assertThat(done).isGreaterThan(50);
  }

  private static void run(String command) {
    String[] words = command.split(" ");
    StringWriter said = new StringWriter();
    CommandLine line = Main.commandLine(() -> {}, words);
    line.setOut(new PrintWriter(said)).setErr(new PrintWriter(said));
    assertThat(line.execute(words)).as("%s: %s", command, said).isZero();
  }
}
