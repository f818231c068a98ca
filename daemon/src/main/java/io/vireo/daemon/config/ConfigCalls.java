package io.vireo.daemon.config;

import io.vireo.daemon.rpc.JsonText;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * The calls of a configuration file, in order. One thread.
 *
 * <p>Of the field's files: a subsystem's {@code config} may be null; an entry may be an array, a
 * batch of entries.
 */
final class ConfigCalls {
  private final List<Call> calls = new ArrayList<>();
  private final List<String> problems = new ArrayList<>();

  /**
   * One of them.
   *
   * @param place where in the file it stands, as in {@code bdev[2]}
   * @param params an object, or a missing node
   */
  record Call(String place, String method, JsonNode params) {
    /** The place and the method, for sentences. */
    String shown() {
      return place + ", " + method;
    }
  }

  private ConfigCalls() {}

  /**
   * Reads a file.
   *
   * @throws IOException with one sentence when it cannot be read, or is no JSON
   */
  static ConfigCalls read(Path file) throws IOException {
    ConfigCalls read = new ConfigCalls();
    read.subsystems(JsonText.read(file));
    return read;
  }

  /** Those that are calls. */
  List<Call> calls() {
    return calls;
  }

  /** What is wrong with the others, a sentence each. */
  List<String> problems() {
    return problems;
  }

  /**
   * Tells what is wrong in a file.
   *
   * @throws IOException with a line for each problem, if there are any
   */
  static void requireNone(Path file, List<String> problems) throws IOException {
    if (!problems.isEmpty()) {
      throw new IOException(file + ": " + String.join("\n" + file + ": ", problems));
    }
  }

  private void subsystems(JsonNode root) {
    JsonNode subsystems = root.path("subsystems");
    if (!root.isObject() || !subsystems.isArray()) {
      problems.add("it is no object with an array 'subsystems'");
      return;
    }
    onlyMembers("the file", root, "subsystems");
    for (int i = 0; i < subsystems.size(); i++) {
      subsystem("subsystems[%d]".formatted(i), subsystems.get(i));
    }
  }

  private void subsystem(String place, JsonNode subsystem) {
    JsonNode name = subsystem.path("subsystem");
    if (!name.isString()) {
      problems.add(place + " has no string 'subsystem'");
      return;
    }
    onlyMembers(place, subsystem, "subsystem", "config");
    JsonNode config = subsystem.path("config");
    if (config.isArray()) {
      all(name.stringValue(), config);
    } else if (!config.isNull() && !config.isMissingNode()) {
      problems.add(name.stringValue() + ": 'config' is " + JsonText.shown(config) + ", no array");
    }
  }

  private void all(String place, JsonNode entries) {
    for (int i = 0; i < entries.size(); i++) {
      JsonNode entry = entries.get(i);
      String where = "%s[%d]".formatted(place, i);
      if (entry.isArray()) {
        all(where, entry);
      } else {
        entry(where, entry);
      }
    }
  }

  private void entry(String place, JsonNode entry) {
    JsonNode method = entry.path("method");
    if (!method.isString()) {
      problems.add(place + " has no string 'method': " + JsonText.shown(entry));
      return;
    }
    onlyMembers(place, entry, "method", "params");
    JsonNode params = entry.path("params");
    calls.add(
        new Call(place, method.stringValue(), params.isNull() ? entry.path("no params") : params));
  }

  private void onlyMembers(String place, JsonNode object, String... known) {
    for (String name : object.propertyNames()) {
      if (!List.of(known).contains(name)) {
        problems.add("%s has an unknown member '%s'".formatted(place, name));
      }
    }
  }
}
