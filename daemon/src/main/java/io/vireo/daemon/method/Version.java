package io.vireo.daemon.method;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Properties;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Vireo's version, as the build wrote it down.
 *
 * @param suffix what follows the numbers, as in {@code -SNAPSHOT}; may be empty
 */
public record Version(int major, int minor, int patch, String suffix) {
  private static final Pattern FORM = Pattern.compile("(\\d+)\\.(\\d+)\\.(\\d+)(.*)");

  /** The version of the code that runs. */
  public static Version current() {
    Properties properties = new Properties();
    try (InputStream in = Version.class.getResourceAsStream("version.properties")) {
      properties.load(in);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read version.properties", e);
    }
    return parse(properties.getProperty("version"));
  }

  static Version parse(String text) {
    Matcher m = FORM.matcher(text);
    if (!m.matches()) {
      throw new IllegalArgumentException("version " + text + " is not like 1.2.3-suffix");
    }
    return new Version(
        Integer.parseInt(m.group(1)),
        Integer.parseInt(m.group(2)),
        Integer.parseInt(m.group(3)),
        m.group(4));
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch + suffix;
  }
}
