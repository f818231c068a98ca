package io.vireo.reactor;

import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Sets of CPUs as operators write them: a hexadecimal mask ({@code 0x3} or {@code 3}, bit 0 is CPU
 * 0) or a list ({@code [0,1]}, {@code [0-3,5]}).
 */
public final class CpuMask {
  /** One more than the highest CPU that can be named, as in the kernel's cpu_set_t. */
  private static final int MAX_CPUS = 1024;

  /** Of a number that surely fits an int. */
  private static final int MAX_DIGITS = 9;

  private static final Pattern HEX = Pattern.compile("(?:0[xX])?([0-9a-fA-F]+)");
  private static final Pattern LIST = Pattern.compile("\\[(.*)]");
  private static final Pattern RANGE = Pattern.compile("\\s*(\\d+)\\s*(?:-\\s*(\\d+)\\s*)?");

  private CpuMask() {}

  /**
   * The CPUs that {@code text} names, at least one.
   *
   * @throws IllegalArgumentException with a sentence when it names none or is of neither form
   */
  public static BitSet parse(String text) {
    String mask = text.strip();
    Matcher list = LIST.matcher(mask);
    Matcher hex = HEX.matcher(mask);
    BitSet cpus;
    if (list.matches()) {
      cpus = parseList(list.group(1), text);
    } else if (hex.matches()) {
      cpus = parseHex(hex.group(1));
    } else {
      throw malformed(text);
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

  private static BitSet parseHex(String digits) {
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

  private static BitSet parseList(String list, String text) {
    BitSet cpus = new BitSet();
    for (String part : list.split(",", -1)) {
      Matcher range = RANGE.matcher(part);
      if (!range.matches()) {
        throw malformed(text);
      }
      int first = checked(range.group(1));
      int last = range.group(2) == null ? first : checked(range.group(2));
      if (last < first) {
        throw new IllegalArgumentException("CPU range " + part.strip() + " ends before it starts");
      }
      cpus.set(first, last + 1);
    }
    return cpus;
  }

  private static int checked(String cpu) {
    if (cpu.length() > MAX_DIGITS || Integer.parseInt(cpu) >= MAX_CPUS) {
      throw new IllegalArgumentException(
          "CPU " + cpu + " is above the highest that can be named, " + (MAX_CPUS - 1));
    }
    return Integer.parseInt(cpu);
  }

  private static IllegalArgumentException malformed(String text) {
    return new IllegalArgumentException(
        "CPU mask '" + text + "' is neither hexadecimal like 0x3 nor a list like [0,2-3]");
  }
}
