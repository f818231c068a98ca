package io.vireo.linux;

import java.io.PrintStream;
import java.util.Objects;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Checks that run in a guest, without a test framework: one line for each, and {@code N passed, N
 * failed} as the last one.
 */
public final class GuestChecks {
  private static final long PATIENCE_NS = 10_000_000_000L;
  private static final long PAUSE_NS = 20_000;

  private final PrintStream out;
  private int passed;
  private int failed;

  public GuestChecks(PrintStream out) {
    this.out = out;
  }

  /** What is done for a check; answers what it has seen. */
  public interface Check {
    Object run() throws Exception;
  }

  /** Several checks. */
  public interface Part {
    void run() throws Exception;
  }

  /** What is expected to fail. */
  public interface Action {
    void run() throws Exception;
  }

  /** Runs a check and prints its line. */
  public void check(String name, Check check) {
    try {
      Object seen = check.run();
      passed++;
      out.println("ok      " + name + ": " + seen);
    } catch (Exception | AssertionError e) {
      failed++;
      out.println("FAILED  " + name + ": " + e);
    }
  }

  /** Runs checks that belong together; when they end early, that is a failure. */
  public void part(String name, Part part) {
    try {
      part.run();
    } catch (Exception | AssertionError e) {
      failed++;
      out.println("FAILED  " + name + " ended early: " + e);
      e.printStackTrace(out);
    }
  }

  /** Prints the last line; answers the program's exit status. */
  public int end() {
    out.println(passed + " passed, " + failed + " failed");
    return failed == 0 ? 0 : 1;
  }

  /** Fails unless {@code condition} holds, with what was seen instead. */
  public static void require(boolean condition, Object seen) {
    if (!condition) {
      throw new AssertionError(Objects.toString(seen));
    }
  }

  /** The message of a failure, which contains {@code part}. */
  public static String fails(String part, Action action) throws Exception {
    try {
      action.run();
    } catch (RuntimeException e) {
      require(e.getMessage().contains(part), e);
      return e.getMessage();
    }
    throw new AssertionError("no failure with \"" + part + "\"");
  }

  /** Waits until something holds that others bring about. */
  public static void await(String what, BooleanSupplier condition) {
    long deadline = System.nanoTime() + PATIENCE_NS;
    while (!condition.getAsBoolean()) {
      require(System.nanoTime() < deadline, "no " + what + " within 10 s");
      LockSupport.parkNanos(PAUSE_NS); // others may need the CPU for that
    }
  }
}
