package io.vireo.reactor;

import java.util.BitSet;
import java.util.regex.Pattern;

/**
 * Sets of CPUs as operators write them: a hexadecimal mask ({@code 0x3} or {@code 3}, bit 0 is CPU
 * 0) or a list ({@code [0,1]}, {@code [0-3,5]}).
 */
public final class CpuMask {
  /** One more than the highest CPU that can be named, as in the kernel's cpu_set_t. */
  private static final int MAX_CPUS = 1024;

  private static final Pattern HEX = Pattern.compile("(?:0[xX])?([0-9a-fA-F]+)");
  private static final Pattern LIST =
      Pattern.compile("\\[\\s*\\d+(?:\\s*-\\s*\\d+)?(?:\\s*,\\s*\\d+(?:\\s*-\\s*\\d+)?)*\\s*]");

  private CpuMask() {}

  /**
   * The CPUs that {@code text} names, at least one.
   *
   * @throws IllegalArgumentException with a sentence when it names none or is of neither form
   */
  public static BitSet parse(String text) {
    String mask = text.strip();
    BitSet cpus;
    if (LIST.matcher(mask).matches()) {
      cpus = parseList(mask);
    } else if (HEX.matcher(mask).matches()) {
      cpus = parseHex(mask);
    } else {
      throw new IllegalArgumentException(
          "CPU mask '" + text + "' is neither hexadecimal like 0x3 nor a list like [0,2-3]");
    }
    if (cpus.isEmpty()) {
      throw new IllegalArgumentException("CPU mask '" + text + "' names no CPU");
    }
    return cpus;
  }

  /** The hexadecimal form: {@code 0x3}. */
  public static String format(BitSet cpus) {
    StringBuilder hex = new StringBuilder();
    for (int digit = 0; digit * 4 < cpus.length(); digit++) {
      long[] bits = cpus.get(digit * 4, digit * 4 + 4).toLongArray();
      hex.append(Character.forDigit(bits.length == 0 ? 0 : (int) bits[0], 16));
    }
    return "0x" + (hex.isEmpty() ? "0" : hex.reverse());
  }

  /** The list form: {@code [0-3,5]}. */
  public static String formatList(BitSet cpus) {
    StringBuilder list = new StringBuilder("[");
    for (int first = cpus.nextSetBit(0); first >= 0; ) {
      int end = cpus.nextClearBit(first);
      list.append(list.length() > 1 ? "," : "").append(first);
      if (end - first > 1) {
        list.append('-').append(end - 1);
      }
      first = cpus.nextSetBit(end);
    }
    return list.append(']').toString();
  }

  private static BitSet parseHex(String mask) {
    String digits = mask.toLowerCase(java.util.Locale.ROOT).replaceFirst("^0x", "");
    BitSet cpus = new BitSet();
    for (int i = 0; i < digits.length(); i++) {
      int value = Character.digit(digits.charAt(digits.length() - 1 - i), 16);
      for (int bit = 0; bit < 4; bit++) {
        if ((value & 1 << bit) != 0) {
          cpus.set(checked(Integer.toString(i * 4 + bit)));
        }
      }
    }
    return cpus;
  }

  private static BitSet parseList(String mask) {
    BitSet cpus = new BitSet();
    for (String part : mask.substring(1, mask.length() - 1).split(",", -1)) {
      String[] ends = part.strip().split("\\s*-\\s*", -1);
      int first = checked(ends[0]);
      int last = checked(ends[ends.length - 1]);
      if (last < first) {
        throw new IllegalArgumentException("CPU range " + part.strip() + " ends before it starts");
      }
      cpus.set(first, last + 1);
    }
    return cpus;
  }

  private static int checked(String cpu) {
    if (cpu.length() > 9 || Integer.parseInt(cpu) >= MAX_CPUS) {
      throw new IllegalArgumentException(
          "CPU " + cpu + " is above the highest possible one, " + (MAX_CPUS - 1));
    }
    return Integer.parseInt(cpu);
  }
}
