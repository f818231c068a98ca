package io.vireo.daemon.method;

import java.util.Locale;

/** Constants as JSON-RPC spells them. */
final class Words {
  private Words() {}

  /** As in {@code write_zeroes}. */
  static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
