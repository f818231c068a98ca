package io.vireo.linux.pci;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Something has happened to a device of the kernel: {@code add}, {@code remove}, {@code bind}, ...
 *
 * @param action what
 * @param devpath the device's directory below /sys
 * @param subsystem what sort of device: {@code pci}, {@code block}
 * @param variables all that the kernel tells, those three included
 */
public record Uevent(
    String action, String devpath, String subsystem, Map<String, String> variables) {

  /**
   * Decodes a message: {@code add@/devices/...}, then {@code NAME=value}, each ended by a zero
   * byte.
   *
   * @return none when it is no such message: what programs send each other on this socket is not
   */
  static Optional<Uevent> parse(byte[] message, int bytes) {
    String[] parts =
        new String(Arrays.copyOf(message, bytes), StandardCharsets.UTF_8).split("\0", -1);
    Map<String, String> variables = new LinkedHashMap<>();
    for (int i = 1; i < parts.length; i++) {
      int equals = parts[i].indexOf('=');
      if (equals > 0) {
        variables.put(parts[i].substring(0, equals), parts[i].substring(equals + 1));
      }
    }
    String action = variables.get("ACTION");
    String devpath = variables.get("DEVPATH");
    String subsystem = variables.get("SUBSYSTEM");
    if (action == null || devpath == null || subsystem == null) {
      return Optional.empty();
    }
    return Optional.of(new Uevent(action, devpath, subsystem, Map.copyOf(variables)));
  }

  /** Which PCI function it is about; none for another sort of device. */
  public Optional<PciAddress> pciAddress() {
    return Optional.ofNullable(variables.get("PCI_SLOT_NAME")).map(PciAddress::parse);
  }

  /** The driver that has the device, or had it when it is an unbind; none otherwise. */
  public Optional<String> driver() {
    return Optional.ofNullable(variables.get("DRIVER"));
  }
}
