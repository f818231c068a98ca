package io.vireo.daemon.top;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A key that was typed.
 *
 * @param character for {@link Name#CHARACTER}
 */
record Key(Name name, char character) {
  /** Which one. */
  enum Name {
    CHARACTER,
    UP,
    DOWN,
    PAGE_UP,
    PAGE_DOWN,
    HOME,
    END,
    /** Ctrl-Z. */
    STOP,
    /** Ctrl-L. */
    REDRAW
  }

  /** Makes keys of the bytes that a terminal sends, however these are divided. */
  static final class Decoder {
    private static final char ESCAPE = 27;
    private static final char CONTROL_L = 12;
    private static final char CONTROL_Z = 26;
    private static final Map<String, Name> SEQUENCES =
        Map.ofEntries(
            Map.entry("A", Name.UP),
            Map.entry("B", Name.DOWN),
            Map.entry("5~", Name.PAGE_UP),
            Map.entry("6~", Name.PAGE_DOWN),
            Map.entry("H", Name.HOME),
            Map.entry("1~", Name.HOME),
            Map.entry("7~", Name.HOME),
            Map.entry("F", Name.END),
            Map.entry("4~", Name.END),
            Map.entry("8~", Name.END));

    private final StringBuilder sequence = new StringBuilder(); // what has come of one

    /**
     * The keys that are complete with {@code count} more bytes; those that mean nothing are not.
     */
    List<Key> keys(byte[] bytes, int count) {
      List<Key> keys = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        char c = (char) (bytes[i] & 0xff);
        if (c == ESCAPE) {
          sequence.setLength(0);
          sequence.append(c);
        } else if (sequence.isEmpty()) {
          single(c, keys);
        } else {
          more(c, keys);
        }
      }
      return keys;
    }

    private static void single(char c, List<Key> keys) {
      switch (c) {
        case CONTROL_Z -> keys.add(new Key(Name.STOP, c));
        case CONTROL_L -> keys.add(new Key(Name.REDRAW, c));
        default -> keys.add(new Key(Name.CHARACTER, c));
      }
    }

    private void more(char c, List<Key> keys) {
      if (sequence.length() == 1 && c != '[' && c != 'O') {
        sequence.setLength(0); // the escape key, and then this one
        single(c, keys);
        return;
      }
      sequence.append(c);
      if (sequence.length() > 2 && c >= '@' && c <= '~') {
        Name name = SEQUENCES.get(sequence.substring(2));
        if (name != null) {
          keys.add(new Key(name, (char) 0));
        }
        sequence.setLength(0);
      }
    }
  }
}
