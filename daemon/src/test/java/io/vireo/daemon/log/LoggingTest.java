package io.vireo.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import ch.qos.logback.classic.util.ContextInitializer;
import ch.qos.logback.core.joran.spi.JoranException;
import io.vireo.daemon.rpc.JsonText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/** Lines in a file, for programs. The process has one log: what is changed here is set back. */
class LoggingTest {
  @TempDir Path dir;

  @BeforeEach
  void begin() {
    Logging.toStderr();
  }

  @AfterEach
  void setBack() throws JoranException {
    LogFlags.set("all", false);
    LogThreshold.WRITTEN.level(LogLevel.NOTICE);
    Logging.context().reset();
    new ContextInitializer(Logging.context()).autoConfig();
  }

  private static void logAll() {
    Logger log = LoggerFactory.getLogger("io.vireo.vhost.Somebody");
    log.error("an error");
    log.warn("a warning");
    log.info("a notice of {}", "two words");
    log.debug("a detail");
    log.trace("a small detail");
  }

  private List<JsonNode> written(Path file) throws IOException {
    Logging.toStderr(); // what is queued is written before
    Path line = dir.resolve("line");
    List<JsonNode> lines = new ArrayList<>();
    for (String text : Files.readAllLines(file)) {
      Files.writeString(line, text);
      lines.add(JsonText.read(line));
    }
    return lines;
  }

  private static List<String> messages(List<JsonNode> lines) {
    return lines.stream()
        .filter(line -> line.path("loggerName").stringValue().endsWith("Somebody"))
        .map(line -> line.path("formattedMessage").stringValue())
        .toList();
  }

  @Test
  void each_line_is_an_object_and_a_level_leaves_out_what_is_below_it() throws IOException {
    Path file = dir.resolve("log");
    Files.writeString(file, "{}\n");
    Logging.toFile(file);
    logAll();
    List<JsonNode> lines = written(file);
    assertThat(lines.getFirst().isEmpty()).as("lines are appended").isTrue();
    lines = lines.subList(1, lines.size());
    assertThat(messages(lines)).containsExactly("an error", "a warning", "a notice of two words");
    assertThat(lines.getFirst().propertyNames())
        .contains("timestamp", "level", "threadName", "loggerName", "formattedMessage");
  }

  @Test
  void details_are_written_for_parts_that_are_flagged_at_a_level_that_has_them()
      throws IOException {
    Path info = dir.resolve("info");
    Logging.toFile(info);
    LogThreshold.WRITTEN.level(LogLevel.INFO);
    logAll();
    assertThat(messages(written(info))).doesNotContain("a detail");
    Path flagged = dir.resolve("flagged");
    Logging.toFile(flagged);
    LogFlags.set("vhost", true);
    logAll();
    assertThat(messages(written(flagged))).contains("a detail").doesNotContain("a small detail");
    Path debug = dir.resolve("debug");
    Logging.toFile(debug);
    LogThreshold.WRITTEN.level(LogLevel.DEBUG);
    LogFlags.set("vhost", true);
    logAll();
    assertThat(messages(written(debug))).contains("a small detail");
  }

  @Test
  void a_file_that_cannot_be_written_is_told() {
    Path file = dir.resolve("none/log");
    assertThatIOException()
        .isThrownBy(() -> Logging.toFile(file))
        .withMessage("cannot write %s: its folder is not there", file);
  }
}
