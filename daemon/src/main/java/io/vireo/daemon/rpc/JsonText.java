package io.vireo.daemon.rpc;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.util.DefaultIndenter;
import tools.jackson.core.util.DefaultPrettyPrinter;
import tools.jackson.core.util.Separators;
import tools.jackson.core.util.Separators.Spacing;
import tools.jackson.databind.JsonNode;

/** JSON in files: read as strictly as requests, written for people. Any thread. */
public final class JsonText {
  private static final PrettyPrinter LAYOUT =
      new DefaultPrettyPrinter(
              Separators.createDefaultInstance()
                  .withObjectNameValueSpacing(Spacing.AFTER)
                  .withObjectEmptySeparator("")
                  .withArrayEmptySeparator(""))
          .withArrayIndenter(DefaultIndenter.SYSTEM_LINEFEED_INSTANCE);

  private JsonText() {}

  /**
   * What a file holds.
   *
   * @throws IOException with one sentence: it cannot be read, or is no JSON
   */
  public static JsonNode read(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = Files.readAllBytes(file);
    } catch (IOException e) {
      throw new IOException("cannot read " + file + ": " + reason(e), e);
    }
    try {
      return Json.mapper().readTree(bytes);
    } catch (JacksonException e) {
      throw new IOException(
          "%s is no JSON: %s at line %d, column %d"
              .formatted(
                  file,
                  e.getOriginalMessage(),
                  e.getLocation().getLineNr(),
                  e.getLocation().getColumnNr()),
          e);
    }
  }

  private static String reason(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "permission denied";
      default -> e.getMessage();
    };
  }

  /** The value over several lines; without a line feed at the end. */
  public static String pretty(Object value) {
    return Json.mapper().writer().with(LAYOUT).writeValueAsString(value);
  }

  /** As a sentence shows it, cut where it is long. */
  public static String shown(JsonNode value) {
    return ParameterType.shown(value);
  }
}
