package io.vireo.daemon.perf;

import java.io.FileWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import tools.jackson.databind.json.JsonMapper;

/** Where the result of one run goes. It is there before the run: none is made in vain. */
final class Output implements AutoCloseable {
  static final String STANDARD_OUTPUT = "-";

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean table;
  private final String name; // null for none
  private final Writer json;

  private Output(PrintWriter out, PrintWriter err, boolean table, String name, Writer json) {
    this.out = out;
    this.err = err;
    this.table = table;
    this.name = name;
    this.json = json;
  }

  /**
   * Opens the file, which is empty from then on.
   *
   * @param json a file, {@link #STANDARD_OUTPUT} for JSON in the table's place, or null for none
   * @throws IOException with a sentence when the file cannot be written
   */
  static Output open(PrintWriter out, PrintWriter err, String json) throws IOException {
    if (json == null) {
      return new Output(out, err, true, null, null);
    }
    if (json.equals(STANDARD_OUTPUT)) {
      return new Output(out, err, false, json, out);
    }
    if (json.isEmpty()) {
      throw new IllegalArgumentException("--json= names no file");
    }
    try {
      return new Output(out, err, true, json, new FileWriter(json, StandardCharsets.UTF_8));
    } catch (IOException e) { // whose message is the path and the reason
      throw new IOException("cannot write " + e.getMessage(), e);
    }
  }

  /** For what is told about a run before it has a result. */
  PrintWriter progress() {
    return table ? out : err;
  }

  /**
   * The end of a run.
   *
   * @throws IOException when the file cannot be written
   */
  void result(Map<String, Object> result, Consumer<PrintWriter> printer) throws IOException {
    if (table) {
      printer.accept(out);
      out.flush();
    }
    if (json != null) {
      try {
        json.write(text(result) + System.lineSeparator());
        json.flush();
      } catch (IOException e) {
        throw new IOException("cannot write %s (%s)".formatted(name, e.getMessage()), e);
      }
    }
  }

  private static String text(Map<String, Object> result) {
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(result);
  }

  @Override
  public void close() throws IOException {
    if (table && json != null) {
      json.close();
    }
  }
}
