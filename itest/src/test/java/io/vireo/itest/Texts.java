package io.vireo.itest;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What texts for users name. */
final class Texts {
  private static final Pattern OPTION =
      Pattern.compile("(?<![\\w-])--[a-z][a-z-]*|(?<![\\w-])-\\w\\b");

  private Texts() {}

  /** All options that a text names. */
  static Set<String> options(String text) {
    Set<String> options = new TreeSet<>();
    Matcher matcher = OPTION.matcher(text);
    while (matcher.find()) {
      options.add(matcher.group());
    }
    return options;
  }
}
