package io.vireo.daemon.perf;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/**
 * Where results go.
 *
 * @param json a file, {@link #STANDARD_OUTPUT} for JSON in the table's place, or null for none
 */
record Output(PrintWriter out, PrintWriter err, String json) {
  static final String STANDARD_OUTPUT = "-";

  /** For what is told about a run before it has a result. */
  PrintWriter progress() {
    return STANDARD_OUTPUT.equals(json) ? err : out;
  }

  /**
   * The end of a run.
   *
   * @throws IOException when the file cannot be written
   */
  void result(Map<String, Object> result, Consumer<PrintWriter> table) throws IOException {
    if (STANDARD_OUTPUT.equals(json)) {
      out.println(text(result));
    } else {
      table.accept(out);
    }
    out.flush();
    if (json != null && !STANDARD_OUTPUT.equals(json)) {
      try {
        Files.writeString(Path.of(json), text(result) + System.lineSeparator());
      } catch (IOException e) {
        throw new IOException("%s cannot be written".formatted(json), e);
      }
    }
  }

  private static String text(Map<String, Object> result) {
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(result);
  }
}
