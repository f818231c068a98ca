package io.vireo.daemon.rpc;

import java.util.Locale;

/** Constants as JSON-RPC spells them, and the command line too. */
public final class Words {
  private Words() {}

  /** As in {@code write_zeroes}. */
  public static String of(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
