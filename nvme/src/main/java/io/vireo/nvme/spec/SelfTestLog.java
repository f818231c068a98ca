package io.vireo.nvme.spec;

import java.util.ArrayList;
import java.util.List;

/**
 * The device self-test log (Base 5.16.1.7, figures 212 and 213), decoded once.
 *
 * @param running which test is running, as {@link Kind}'s code; 0: none
 * @param percentDone of it
 * @param results of the last tests, newest first
 */
public record SelfTestLog(int running, int percentDone, List<Result> results) {
  public static final int BYTES = 564;

  static final int CURRENT_OPERATION = 0;
  static final int CURRENT_COMPLETION = 1;
  static final int RESULTS = 4;
  static final int RESULT_BYTES = 28;
  static final int STATUS = 0;
  static final int SEGMENT = 1;
  static final int VALID = 2;
  static final int POWER_ON_HOURS = 4;
  static final int NAMESPACE = 12;
  static final int FAILING_LBA = 16;

  private static final int MAX_RESULTS = 20;
  private static final int NO_RESULT = 0xf;
  private static final int NAMESPACE_VALID = 1;
  private static final int LBA_VALID = 1 << 1;

  /** What a self-test command asks for (Base 5.8, STC). */
  public enum Kind {
    SHORT(1),
    EXTENDED(2);

    private final int code;

    Kind(int code) {
      this.code = code;
    }

    public int code() {
      return code;
    }
  }

  /**
   * How a test ended.
   *
   * @param outcome 0 without error, 1 to 4 and 8, 9 aborted, 5 fatal error, 6 and 7 failed
   * @param code which test it was, as {@link Kind}'s code
   * @param segment which part of it failed first
   * @param powerOnHours when it ended
   * @param namespaceId that failed; 0: not told
   * @param failingLba -1: not told
   */
  public record Result(
      int outcome, int code, int segment, long powerOnHours, int namespaceId, long failingLba) {
    /** Whether it came to its end without an error. */
    public boolean passed() {
      return outcome == 0;
    }

    /** Whether it found something. */
    public boolean failed() {
      return outcome >= 5 && outcome <= 7;
    }
  }

  /** Decodes {@link #BYTES} bytes at {@code address}. */
  public static SelfTestLog decode(long address) {
    Snapshot data = new Snapshot(address, BYTES);
    List<Result> results = new ArrayList<>();
    for (int i = 0; i < MAX_RESULTS; i++) {
      Result result = result(data, RESULTS + i * RESULT_BYTES);
      if (result.outcome() != NO_RESULT) {
        results.add(result);
      }
    }
    return new SelfTestLog(
        data.u8(CURRENT_OPERATION) & 0xf, data.u8(CURRENT_COMPLETION) & 0x7f, results);
  }

  private static Result result(Snapshot data, int at) {
    int status = data.u8(at + STATUS);
    int valid = data.u8(at + VALID);
    return new Result(
        status & 0xf,
        status >>> 4,
        data.u8(at + SEGMENT),
        data.s64(at + POWER_ON_HOURS),
        (valid & NAMESPACE_VALID) == 0 ? 0 : data.s32(at + NAMESPACE),
        (valid & LBA_VALID) == 0 ? -1 : data.s64(at + FAILING_LBA));
  }
}
