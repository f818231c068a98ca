package io.vireo.nvme;

import java.util.EnumSet;
import java.util.Set;

/** What some controllers do other than the specification has it, as the field knows them. */
public enum Quirk {
  /** CSTS must not be looked at for 2.3 s after CC.EN has changed. */
  SLOW_STATUS,
  /** Identify knows namespace and controller only. */
  NO_NAMESPACE_LISTS,
  /** Identify has no namespace identification descriptors, whatever the version says. */
  NO_DESCRIPTORS,
  /** Write zeroes is offered and does not work. */
  NO_WRITE_ZEROES,
  /** No command should cross a multiple of the largest transfer, though NOIOB does not say so. */
  STRIPE,
  /** The names of its namespaces mean nothing: others have the same, or each boot other ones. */
  BOGUS_NAMES;

  /** The quirks of a PCI function's controller. */
  public static Set<Quirk> of(int vendor, int device) {
    return switch (vendor << 16 | device) {
      case 0x8086_0953, 0x8086_0a53, 0x8086_0a54, 0x8086_0a55 -> EnumSet.of(STRIPE); // Intel DC
      case 0x8086_5845 -> // QEMU before 5.2
          EnumSet.of(NO_NAMESPACE_LISTS, NO_DESCRIPTORS, NO_WRITE_ZEROES, BOGUS_NAMES);
      case 0x1b36_0010 -> EnumSet.of(BOGUS_NAMES); // QEMU
      case 0x1bb1_0100 -> EnumSet.of(SLOW_STATUS, NO_DESCRIPTORS); // Seagate Nytro
      case 0x1c58_0003, 0x1c58_0023 -> EnumSet.of(SLOW_STATUS); // HGST
      case 0x1c5f_0540 -> EnumSet.of(SLOW_STATUS); // Memblaze Pblaze4
      case 0x144d_a821, 0x144d_a822 -> EnumSet.of(SLOW_STATUS); // Samsung PM1725
      case 0x126f_2263 -> EnumSet.of(NO_DESCRIPTORS, BOGUS_NAMES); // Silicon Motion
      case 0x126f_2262 -> EnumSet.of(BOGUS_NAMES);
      default -> EnumSet.noneOf(Quirk.class);
    };
  }
}
