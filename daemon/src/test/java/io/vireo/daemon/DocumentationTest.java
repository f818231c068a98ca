package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/** What the documents tell to type is understood. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DocumentationTest {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();
  private static final String VIREO = "./vireo ";
  private static final Set<String> OF_THE_LAUNCHER = Set.of("demo", "jmh", "build");
  private static final Set<String> OF_JAVA =
      Set.of(
          "IllegalArgumentException",
          "IllegalStateException",
          "InternalError",
          "UnsupportedOperationException");
  private static final Pattern NAME = Pattern.compile("`([a-z]+(?:_[a-z]+)+)`");

  private RunningTarget target;

  @BeforeAll
  void start(@TempDir Path directory) throws IOException {
    target = new RunningTarget(directory);
  }

  @AfterAll
  void stop() throws IOException {
    target.close();
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(ROOT.resolve("README.md")));
    try (Stream<Path> all = Files.list(ROOT.resolve("docs"))) {
      all.filter(file -> file.toString().endsWith(".md")).forEach(documents::add);
    }
    return documents;
  }

  @Test
  void every_command_is_one() throws IOException {
    int seen = 0;
    for (Path document : documents()) {
      for (String line : Files.readAllLines(document)) {
        if (line.strip().startsWith(VIREO)) {
          String command = line.strip().substring(VIREO.length()).split(" #", 2)[0].strip();
          check(command.split(" +", -1));
          seen++;
        }
      }
    }
    assertThat(seen).isGreaterThan(15);
  }

  private void check(String... words) throws IOException {
    if (words[0].equals("rpc")) {
      checkCall(words[1], Arrays.asList(words).subList(2, words.length));
    } else if (!OF_THE_LAUNCHER.contains(words[0])) {
      assertThatCode(() -> Main.commandLine(() -> {}, words).parseArgs(words))
          .as(String.join(" ", words))
          .doesNotThrowAnyException();
    }
  }

  private void checkCall(String method, List<String> arguments) throws IOException {
    JsonNode declared = target.call("rpc_get_parameters", "method", method);
    Map<String, String> texts = RpcArguments.texts(arguments);
    JsonNode given = RpcArguments.params(texts, declared);
    Set<String> known = new HashSet<>();
    for (JsonNode parameter : declared) {
      String name = parameter.path("name").stringValue();
      known.add(name);
      if (parameter.path("required").booleanValue()) {
        assertThat(texts).as(method).containsKey(name);
      }
      if (texts.containsKey(name)) {
        boolean text = parameter.path("type").stringValue().matches("string|.*[|].*");
        assertThat(given.path(name).isString()).as("%s of %s", name, method).isEqualTo(text);
      }
    }
    assertThat(known).as(method).containsAll(texts.keySet());
  }

  /** Tables of methods and of parameters. */
  @Test
  void every_name_in_the_tables_about_drives_is_one() throws IOException {
    Set<String> known = new HashSet<>();
    for (JsonNode method : target.call("rpc_get_methods")) {
      known.add(method.stringValue());
      for (JsonNode parameter : target.call("rpc_get_parameters", "method", method.stringValue())) {
        known.add(parameter.path("name").stringValue());
      }
    }
    List<String> named = new ArrayList<>();
    for (String line : Files.readAllLines(ROOT.resolve("docs/nvme.md"))) {
      if (line.startsWith("| `")) {
        Matcher name = NAME.matcher(line);
        while (name.find()) {
          named.add(name.group(1));
        }
      }
    }
    assertThat(named).hasSizeGreaterThan(30).allMatch(known::contains);
    List<String> methods = known.stream().filter(name -> name.startsWith("bdev_nvme_")).toList();
    assertThat(named).containsAll(methods);
  }

  /** So that a class that gets another name gets it there, too. */
  @Test
  void every_class_that_a_page_about_the_code_names_is_one() throws IOException {
    Set<String> ours = new HashSet<>();
    try (Stream<Path> all = Files.find(ROOT, 14, (file, _) -> file.toString().endsWith(".java"))) {
      all.forEach(file -> ours.add(file.getFileName().toString().replace(".java", "")));
    }
    Pattern type = Pattern.compile("`([A-Z][a-z]+[A-Z][A-Za-z]*)[`.(]");
    int seen = 0;
    for (String page : List.of("architecture.md", "embedding.md")) {
      Matcher names = type.matcher(Files.readString(ROOT.resolve("docs").resolve(page)));
      while (names.find()) {
        seen++;
        if (!OF_JAVA.contains(names.group(1))) {
          assertThat(ours).as(page).contains(names.group(1));
        }
      }
    }
    assertThat(seen).isGreaterThan(100);
  }

  @Test
  void every_link_leads_to_a_file() throws IOException {
    Pattern link = Pattern.compile("\\]\\((?!https?:)([^)#]+)");
    for (Path document : documents()) {
      Matcher links = link.matcher(Files.readString(document));
      while (links.find()) {
        assertThat(document.resolveSibling(links.group(1))).as(document.toString()).exists();
      }
    }
  }
}
