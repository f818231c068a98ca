package io.vireo.daemon.rpc;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.core.PrettyPrinter;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.core.json.JsonReadFeature;
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

  /** As much as the field's targets answer. */
  private static final int MAX_BYTES = 32 << 20;

  private JsonText() {}

  /**
   * What a file holds; comments like those of C are let pass, as in the field's files.
   *
   * @throws IOException with one sentence: it cannot be read, or is no JSON
   */
  public static JsonNode read(Path file) throws IOException {
    byte[] bytes;
    try {
      bytes = bytes(file);
    } catch (IOException e) {
      throw new IOException("cannot read " + file + ": " + reason(e), e);
    }
    try {
      return Json.mapper().reader().with(JsonReadFeature.ALLOW_JAVA_COMMENTS).readTree(bytes);
    } catch (JacksonException e) {
      throw new IOException(file + " is no JSON: " + e.getOriginalMessage() + place(e), e);
    } catch (NumberFormatException e) { // an exponent beyond all reason
      throw new IOException(file + " is no JSON: " + e.getMessage(), e);
    }
  }

  /** A pipe may never end, a device holds anything. */
  private static byte[] bytes(Path file) throws IOException {
    if (Files.exists(file) && !Files.isRegularFile(file)) {
      throw new IOException("it is no regular file");
    }
    try (InputStream in = Files.newInputStream(file)) {
      byte[] bytes = in.readNBytes(MAX_BYTES + 1);
      if (bytes.length > MAX_BYTES) {
        throw new IOException("it has more than " + MAX_BYTES + " bytes");
      }
      return bytes;
    }
  }

  /** Unknown of what is nested too deep. */
  private static String place(JacksonException e) {
    TokenStreamLocation location = e.getLocation();
    return location == null
        ? ""
        : " at line %d, column %d".formatted(location.getLineNr(), location.getColumnNr());
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
