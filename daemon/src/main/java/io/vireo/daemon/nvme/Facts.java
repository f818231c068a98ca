package io.vireo.daemon.nvme;

import java.io.PrintWriter;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/** Facts with names, for people and for programs. */
final class Facts {
  private static final int NAME_WIDTH = 31;

  private Facts() {}

  static String json(Map<String, Object> facts) {
    return JsonMapper.shared().writerWithDefaultPrettyPrinter().writeValueAsString(facts);
  }

  /** A line each, none for what is not told; what is inside another is indented. */
  static void print(PrintWriter out, Map<String, Object> facts) {
    print(out, "", facts);
  }

  private static void print(PrintWriter out, String indent, Map<?, ?> facts) {
    facts.forEach((name, value) -> print(out, indent, name.toString().replace('_', ' '), value));
  }

  private static void print(PrintWriter out, String indent, String name, Object value) {
    switch (value) {
      case null -> {}
      case Map<?, ?> inner -> {
        out.println(indent + name);
        print(out, indent + "  ", inner);
      }
      case List<?> items when !items.isEmpty() -> {
        for (Object item : items) {
          print(out, indent, name, item);
        }
      }
      case List<?> _ -> {}
      default ->
          out.println("%s%s %s".formatted(indent, pad(name, NAME_WIDTH - indent.length()), value));
    }
  }

  private static String pad(String name, int width) {
    return name + " ".repeat(Math.max(0, width - name.length()));
  }
}
