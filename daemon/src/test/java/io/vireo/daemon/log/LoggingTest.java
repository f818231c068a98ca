package io.vireo.daemon.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.InstanceOfAssertFactories.STRING;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.LoggingEvent;
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
  private static final LogFlags FLAGS = new LogFlags(List.of());

  @TempDir Path dir;

  @BeforeEach
  void begin() {
    Logging.toStderr();
  }

  @AfterEach
  void setBack() throws JoranException {
    FLAGS.set("all", false);
    LogThreshold.WRITTEN.level(LogLevel.NOTICE);
    LogTimestamps.PRINTED.wanted(true);
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
    FLAGS.set("vhost", true);
    logAll();
    assertThat(messages(written(flagged))).contains("a detail").doesNotContain("a small detail");
    Path debug = dir.resolve("debug");
    Logging.toFile(debug);
    LogThreshold.WRITTEN.level(LogLevel.DEBUG);
    FLAGS.set("vhost", true);
    logAll();
    assertThat(messages(written(debug))).contains("a small detail");
  }

  /** What stderr gets of an event. */
  private static List<String> printed(String message, Throwable thrown) {
    LineLayout layout = new LineLayout();
    layout.setContext(Logging.context());
    layout.start();
    ch.qos.logback.classic.Logger log = Logging.context().getLogger("io.vireo.rpc.Somebody");
    return layout
        .doLayout(new LoggingEvent("", log, Level.WARN, message, thrown, null))
        .lines()
        .toList();
  }

  @Test
  void what_clients_sent_can_neither_begin_a_line_nor_command_a_terminal() {
    assertThat(printed("no\r\n2026-01-01 ERROR Faked: a\033[31mb\u009b1m\u2028\tä", null))
        .singleElement(STRING)
        .matches("[-0-9]{10} [:.0-9]{12} WARN  Somebody: .*")
        .endsWith(": no\\r\\n2026-01-01 ERROR Faked: a\\u001b[31mb\\u009b1m\\u2028\\tä");
    assertThat(printed(null, null)).singleElement(STRING).endsWith(": null");
  }

  @Test
  void who_prints_lines_with_times_of_his_own_has_them_without() {
    LogTimestamps.PRINTED.wanted(false);
    assertThat(printed("short", null)).containsExactly("WARN  Somebody: short");
    LogTimestamps.PRINTED.wanted(true);
    assertThat(printed("long", null))
        .singleElement(STRING)
        .matches("[-0-9]{10} [:.0-9]{12} WARN  Somebody: long");
  }

  @Test
  void nor_can_it_by_the_message_of_an_exception() {
    Exception cause = new IOException("one\n2026-01-01 ERROR Faked: \033[2J");
    List<String> lines = printed("failed", new IllegalStateException("outer\nline", cause));
    assertThat(lines.getFirst()).endsWith(" Somebody: failed");
    assertThat(lines.subList(1, lines.size()))
        .allSatisfy(line -> assertThat(line).startsWith("\t"))
        .contains("\t2026-01-01 ERROR Faked: \\u001b[2J")
        .anySatisfy(line -> assertThat(line).startsWith("\tCaused by: "))
        .anySatisfy(line -> assertThat(line).startsWith("\t\tat "));
  }

  @Test
  void a_file_that_cannot_be_written_is_told() {
    Path file = dir.resolve("none/log");
    assertThatIOException()
        .isThrownBy(() -> Logging.toFile(file))
        .withMessage("cannot write %s: its folder is not there", file);
  }
}
