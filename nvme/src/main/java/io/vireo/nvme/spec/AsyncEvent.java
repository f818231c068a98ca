package io.vireo.nvme.spec;

/**
 * What a controller tells unasked (Base 5.2.1, figures 145 to 151): dword 0 of an asynchronous
 * event request's completion.
 *
 * <pre>
 *   23      16 15       8 7    3 2   0
 *   | log page |   info   |     | type |
 * </pre>
 */
public record AsyncEvent(int dw0) {
  public static final int ERROR = 0;
  public static final int HEALTH = 1;
  public static final int NOTICE = 2;
  public static final int COMMAND_SET = 6;
  public static final int VENDOR = 7;

  /** Notice: which namespaces there are, or what one is like, changed. */
  public static final int NAMESPACE_ATTRIBUTE_CHANGED = 0x00;

  /** Notice: commands will wait until the new firmware runs. */
  public static final int FIRMWARE_ACTIVATION_STARTING = 0x01;

  /** What tells an event from another: the reserved bits mean nothing. */
  public static AsyncEvent of(int dw0) {
    return new AsyncEvent(dw0 & 0xffff07);
  }

  /** An event that the controller was not there to tell. */
  public static AsyncEvent of(int type, int info, int logPage) {
    return new AsyncEvent(logPage << 16 | info << 8 | type);
  }

  public int type() {
    return dw0 & 0b111;
  }

  /** What happened, by type. */
  public int info() {
    return dw0 >>> 8 & 0xff;
  }

  /** The log page that tells more; reading it lets the next event of the type come. */
  public int logPage() {
    return dw0 >>> 16 & 0xff;
  }

  private boolean is(int type, int info) {
    return type() == type && info() == info;
  }

  public boolean isNamespaceChange() {
    return is(NOTICE, NAMESPACE_ATTRIBUTE_CHANGED);
  }

  public boolean isFirmwareActivation() {
    return is(NOTICE, FIRMWARE_ACTIVATION_STARTING);
  }

  /** For people: {@code temperature is beyond a threshold (type 1h, information 01h)}. */
  @Override
  public String toString() {
    return "%s (type %xh, information %02xh)".formatted(text(), type(), info());
  }

  private String text() {
    return switch (type()) {
      case ERROR -> error();
      case HEALTH -> health();
      case NOTICE -> notice();
      case COMMAND_SET -> commandSet();
      case VENDOR -> "vendor specific event";
      default -> "unknown event";
    };
  }

  private String error() {
    return switch (info()) {
      case 0x00 -> "write to an invalid doorbell register";
      case 0x01 -> "invalid doorbell write value";
      case 0x02 -> "diagnostic failure";
      case 0x03 -> "persistent internal error";
      case 0x04 -> "transient internal error";
      case 0x05 -> "firmware image load error";
      default -> "unknown error";
    };
  }

  private String health() {
    return switch (info()) {
      case 0x00 -> "reliability is degraded";
      case 0x01 -> "temperature is beyond a threshold";
      case 0x02 -> "available spare is below the threshold";
      default -> "unknown health event";
    };
  }

  private String notice() {
    return switch (info()) {
      case NAMESPACE_ATTRIBUTE_CHANGED -> "namespace attribute changed";
      case FIRMWARE_ACTIVATION_STARTING -> "firmware activation starting";
      case 0x02 -> "telemetry log changed";
      case 0x03 -> "asymmetric namespace access changed";
      case 0x04 -> "predictable latency event log changed";
      case 0x05 -> "LBA status information alert";
      case 0x06 -> "endurance group event log changed";
      default -> "unknown notice";
    };
  }

  private String commandSet() {
    return switch (info()) {
      case 0x00 -> "reservation log page available";
      case 0x01 -> "sanitize operation completed";
      case 0x02 -> "sanitize operation completed with unexpected deallocation";
      default -> "unknown event of the command set";
    };
  }
}
