package io.vireo.memreg;

/**
 * One region of a guest's memory: where the guest, the front-end and Vireo see the same bytes.
 *
 * <p>No alignment is asked for, front-ends send merely 4 KiB-aligned ones. All three ranges are
 * unsigned and must not wrap around.
 *
 * @param gpa guest-physical address, as descriptors name it
 * @param bytes size
 * @param uva address in the front-end's process, as SET_VRING_ADDR names it
 * @param hva address in this process
 * @param mapping what keeps {@code hva} mapped; null where the caller sees to that himself
 */
public record GuestRegion(long gpa, long bytes, long uva, long hva, Mapping mapping) {
  public GuestRegion {
    if (bytes <= 0) {
      throw new IllegalArgumentException(
          "region at gpa 0x%x has a size of 0x%x bytes".formatted(gpa, bytes));
    }
    checkNoWrap("gpa", gpa, bytes);
    checkNoWrap("uva", uva, bytes);
    if (hva <= 0 || hva > Long.MAX_VALUE - bytes) {
      throw new IllegalArgumentException(
          "region at gpa 0x%x has the host address 0x%x".formatted(gpa, hva));
    }
    if (mapping != null && bytes > mapping.bytes()) {
      throw new IllegalArgumentException(
          "region at gpa 0x%x has 0x%x bytes, its mapping only 0x%x"
              .formatted(gpa, bytes, mapping.bytes()));
    }
  }

  /** A region that lies at the start of its mapping. */
  public GuestRegion(long gpa, long bytes, long uva, Mapping mapping) {
    this(gpa, bytes, uva, mapping.hva(), mapping);
  }

  /** A region over memory that somebody else keeps mapped. */
  public static GuestRegion over(long gpa, long bytes, long uva, long hva) {
    return new GuestRegion(gpa, bytes, uva, hva, null);
  }

  private static void checkNoWrap(String space, long start, long bytes) {
    if (Long.compareUnsigned(start + (bytes - 1), start) < 0) {
      throw new IllegalArgumentException(
          "region at %s 0x%x with 0x%x bytes ends beyond 2^64".formatted(space, start, bytes));
    }
  }
}
