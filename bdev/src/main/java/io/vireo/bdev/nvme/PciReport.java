package io.vireo.bdev.nvme;

import io.vireo.linux.ErrnoException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PCI functions that a target drives, for framework_get_pci_devices.
 *
 * @param address such as {@code 0000:01:00.0}
 * @param type how the function is reached: always by the host's bus
 * @param config_space its configuration space, two digits a byte (PCI Express Base 7.5)
 */
record PciReport(String address, String type, String config_space) {
  private static final Logger log = LoggerFactory.getLogger(PciReport.class);
  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  /** One that cannot be read any more, for it is on its way out, is left out. */
  static List<PciReport> of(List<NvmeDrive> drives) {
    List<PciReport> all = new ArrayList<>();
    for (NvmeDrive drive : drives) {
      try {
        byte[] configuration = drive.configuration();
        all.add(new PciReport(drive.address(), "pci", HEX.formatHex(configuration)));
      } catch (ErrnoException e) {
        log.warn("configuration space of {} cannot be read: {}", drive.address(), e.getMessage());
      }
    }
    return all;
  }
}
