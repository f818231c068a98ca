package io.vireo.linux.pci;

import java.util.Comparator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where a PCI function is: {@code 0000:01:00.0}, which is domain, bus, device and function.
 *
 * @param domain 0 to ffffffff; more than 16 bits behind a VMD controller, for example
 * @param bus 0 to ff
 * @param device 0 to 1f
 * @param function 0 to 7
 */
public record PciAddress(long domain, int bus, int device, int function)
    implements Comparable<PciAddress> {
  private static final long MAX_DOMAIN = 0xffffffffL;
  private static final int MAX_BUS = 0xff;
  private static final int MAX_DEVICE = 0x1f;
  private static final int MAX_FUNCTION = 7;

  private static final Pattern FORM =
      Pattern.compile("(?:(\\p{XDigit}{1,8}):)?(\\p{XDigit}{1,2}):(\\p{XDigit}{1,2})\\.([0-7])");

  private static final Comparator<PciAddress> ORDER =
      Comparator.comparingLong(PciAddress::domain)
          .thenComparingInt(PciAddress::bus)
          .thenComparingInt(PciAddress::device)
          .thenComparingInt(PciAddress::function);

  /** Checks the limits. */
  public PciAddress {
    if (domain < 0 || domain > MAX_DOMAIN) {
      throw new IllegalArgumentException("PCI domain %x is above ffffffff".formatted(domain));
    }
    if (bus < 0 || bus > MAX_BUS) {
      throw new IllegalArgumentException("PCI bus %x is above ff".formatted(bus));
    }
    if (device < 0 || device > MAX_DEVICE) {
      throw new IllegalArgumentException("PCI device %x is above 1f".formatted(device));
    }
    if (function < 0 || function > MAX_FUNCTION) {
      throw new IllegalArgumentException("PCI function %x is above 7".formatted(function));
    }
  }

  /**
   * Reads the form above; without a domain it is domain 0: {@code 01:00.0}.
   *
   * @throws IllegalArgumentException with a sentence for who wrote it
   */
  public static PciAddress parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "\"" + text + "\" is not a PCI address such as 0000:01:00.0 or 01:00.0");
    }
    long domain = form.group(1) == null ? 0 : Long.parseLong(form.group(1), 16);
    return new PciAddress(domain, hex(form.group(2)), hex(form.group(3)), hex(form.group(4)));
  }

  private static int hex(String digits) {
    return Integer.parseInt(digits, 16);
  }

  @Override
  public int compareTo(PciAddress other) {
    return ORDER.compare(this, other);
  }

  /** The full form, as the kernel writes it. */
  @Override
  public String toString() {
    return "%04x:%02x:%02x.%x".formatted(domain, bus, device, function);
  }
}
