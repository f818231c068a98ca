package io.vireo.nvme.spec;

import java.util.Map;
import java.util.stream.Collectors;

/**
 * What statuses are called (Base figures 90 to 94, NVM figures 17 to 19, zoned namespaces figure
 * 14): type and code as three digits, then words.
 */
final class StatusText {
  private static final String GENERIC =
      """
      000 success
      001 invalid command opcode
      002 invalid field in command
      003 command id conflict
      004 data transfer error
      005 commands aborted due to power loss notification
      006 internal error
      007 command abort requested
      008 command aborted due to SQ deletion
      009 command aborted due to failed fused command
      00a command aborted due to missing fused command
      00b invalid namespace or format
      00c command sequence error
      00d invalid SGL segment descriptor
      00e invalid number of SGL descriptors
      00f data SGL length invalid
      010 metadata SGL length invalid
      011 SGL descriptor type invalid
      012 invalid use of controller memory buffer
      013 PRP offset invalid
      014 atomic write unit exceeded
      015 operation denied
      016 SGL offset invalid
      018 host identifier inconsistent format
      019 keep alive timer expired
      01a keep alive timeout invalid
      01b command aborted due to preempt and abort
      01c sanitize failed
      01d sanitize in progress
      01e SGL data block granularity invalid
      01f command not supported for queue in CMB
      020 namespace is write protected
      021 command interrupted
      022 transient transport error
      023 command prohibited by command and feature lockdown
      024 admin command media not ready
      080 LBA out of range
      081 capacity exceeded
      082 namespace not ready
      083 reservation conflict
      084 format in progress
      """;

  private static final String COMMAND_SPECIFIC =
      """
      100 completion queue invalid
      101 invalid queue identifier
      102 invalid queue size
      103 abort command limit exceeded
      104 abort command is missing
      105 asynchronous event request limit exceeded
      106 invalid firmware slot
      107 invalid firmware image
      108 invalid interrupt vector
      109 invalid log page
      10a invalid format
      10b firmware activation requires conventional reset
      10c invalid queue deletion
      10d feature identifier not saveable
      10e feature not changeable
      10f feature not namespace specific
      110 firmware activation requires NVM subsystem reset
      111 firmware activation requires controller level reset
      112 firmware activation requires maximum time violation
      113 firmware activation prohibited
      114 overlapping range
      115 namespace insufficient capacity
      116 namespace identifier unavailable
      118 namespace already attached
      119 namespace is private
      11a namespace not attached
      11b thin provisioning not supported
      11c controller list invalid
      11d device self-test in progress
      11e boot partition write prohibited
      11f invalid controller identifier
      120 invalid secondary controller state
      121 invalid number of controller resources
      122 invalid resource identifier
      123 sanitize prohibited while persistent memory region is enabled
      124 ANA group identifier invalid
      125 ANA attach failed
      126 insufficient capacity
      127 namespace attachment limit exceeded
      128 prohibition of command execution not supported
      129 I/O command set not supported
      12a I/O command set not enabled
      12b I/O command set combination rejected
      12c invalid I/O command set
      12d identifier unavailable
      12f invalid discovery information
      130 zoning data structure locked
      131 zoning data structure not found
      132 insufficient discovery resources
      133 requested function disabled
      134 zone group originator invalid
      180 conflicting attributes
      181 invalid protection information
      182 attempted write to read only range
      183 command size limit exceeded
      1b6 invalid zone operation request
      1b7 zone random write area resources unavailable
      1b8 zone boundary error
      1b9 zone is full
      1ba zone is read only
      1bb zone is offline
      1bc zone invalid write
      1bd too many active zones
      1be too many open zones
      1bf invalid zone state transition
      """;

  private static final String MEDIA =
      """
      280 write fault
      281 unrecovered read error
      282 end-to-end guard check error
      283 end-to-end application tag check error
      284 end-to-end reference tag check error
      285 compare failure
      286 access denied
      287 deallocated or unwritten logical block
      288 end-to-end storage tag check error
      """;

  private static final String PATH =
      """
      300 internal path error
      301 asymmetric access persistent loss
      302 asymmetric access inaccessible
      303 asymmetric access transition
      360 controller pathing error
      370 host pathing error
      371 command aborted by host
      """;

  private static final Map<Integer, String> TEXTS =
      (GENERIC + COMMAND_SPECIFIC + MEDIA + PATH)
          .lines()
          .collect(
              Collectors.toUnmodifiableMap(
                  line -> Integer.parseInt(line.substring(0, 3), 16), line -> line.substring(4)));

  private StatusText() {}

  /** What that type and code are called; what the vendor of a controller means is not known. */
  static String of(int typeAndCode) {
    boolean vendors = typeAndCode >>> 8 == 7 || (typeAndCode & 0xc0) == 0xc0;
    return TEXTS.getOrDefault(typeAndCode, vendors ? "vendor specific status" : "unknown status");
  }
}
