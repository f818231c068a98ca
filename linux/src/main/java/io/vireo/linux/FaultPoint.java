package io.vireo.linux;

import java.util.Arrays;

/**
 * Where an {@link InternalError} for lost memory surfaces, at the latest.
 *
 * <p>When the file behind a mapping was truncated, compiled code does not throw at the access: it
 * goes on with whatever the register held, and the error is thrown at the next safepoint poll, that
 * is at the end of a loop's round or at the return from a method that was not inlined. So it may
 * surface in the middle of code that never touched the memory, and leave that half done. Who has
 * touched memory that another process can truncate passes here before it enters code that others
 * depend on.
 *
 * <p>What this rests on was seen on JDK 25: C2 inlines no method of more than 325 bytes of bytecode
 * (FreqInlineSize) and polls at each return. A call costs about 1 ns.
 *
 * <p>The value that was loaded is not to be trusted either, not even to be of its type: a short can
 * be any 32 bits. An index made of one is masked with something that the compiler does not know.
 */
public final class FaultPoint {
  private FaultPoint() {}

  /** Throws what is due. */
  public static void pass() {
    longerThanCanBeInlined(false);
  }

  /** Never called with true; the array is there for its 420 bytes of bytecode. */
  private static int longerThanCanBeInlined(boolean never) {
    return never
        ? Arrays.hashCode(
            new long[] {
              1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24,
              25, 26, 27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45,
              46, 47, 48, 49, 50, 51, 52, 53, 54, 55, 56, 57, 58, 59, 60
            })
        : 0;
  }
}
