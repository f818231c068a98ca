package io.vireo.nvme.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * A command that failed, as the error log has it (Base 5.16.1.2, figure 206), decoded once.
 *
 * @param count how many errors there were before and with this one, over the controller's life
 * @param queueId of the submission queue; FFFFh: of no command
 * @param commandId FFFFh: of no command
 * @param status in the form of {@link NvmeStatus}
 * @param parameterByte which byte of the command is wrong (7:0), which bit (10:8); FFFFh: none
 * @param lba the first block with the error
 * @param namespaceId of the command
 * @param vendorPage the log page of the vendor that tells more; 0: none
 */
public record ErrorLogEntry(
    long count,
    int queueId,
    int commandId,
    int status,
    int parameterByte,
    long lba,
    int namespaceId,
    int vendorPage) {
  public static final int BYTES = 64;

  static final int ERROR_COUNT = 0;
  static final int SQID = 8;
  static final int CID = 10;
  static final int STATUS_FIELD = 12;
  static final int PARAMETER_LOCATION = 14;
  static final int LBA = 16;
  static final int NAMESPACE = 24;
  static final int VENDOR_PAGE = 28;

  /** Decodes {@code bytes} of the log, newest first, up to the first entry that is not in use. */
  public static List<ErrorLogEntry> decode(long address, int bytes) {
    Snapshot data = new Snapshot(address, bytes);
    List<ErrorLogEntry> entries = new ArrayList<>();
    for (int at = 0; at + BYTES <= bytes && data.s64(at) != 0; at += BYTES) {
      entries.add(
          new ErrorLogEntry(
              data.s64(at + ERROR_COUNT),
              data.u16(at + SQID),
              data.u16(at + CID),
              data.u16(at + STATUS_FIELD) >>> 1,
              data.u16(at + PARAMETER_LOCATION),
              data.s64(at + LBA),
              data.s32(at + NAMESPACE),
              data.u8(at + VENDOR_PAGE)));
    }
    return entries;
  }
}
