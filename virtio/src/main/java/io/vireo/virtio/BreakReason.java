package io.vireo.virtio;

/** Why a queue was broken: what its driver, or its front-end, did that cannot be survived. */
public enum BreakReason {
  /** The avail index is more than the queue size ahead (virtio 1.3, 2.7.13.3). */
  AVAIL_INDEX_TOO_FAR("the avail index is more than the queue size ahead"),
  /** An avail entry names a descriptor behind the end of the table. */
  HEAD_OUT_OF_RANGE("an avail entry is not below the queue size"),
  /** An avail entry names a chain that the device still holds. */
  HEAD_IN_FLIGHT("an avail entry names a chain that is in flight"),
  /** A next field points behind the end of its table. */
  NEXT_OUT_OF_RANGE("the next field of a descriptor is behind the end of its table"),
  /** More descriptors than a chain may have: a loop, most likely (2.7.5.1). */
  CHAIN_TOO_LONG("a descriptor chain has a loop or is too long"),
  /** More than 2^32 bytes (2.7.5.1). */
  CHAIN_TOO_BIG("a descriptor chain has more than 2^32 bytes"),
  /** A readable buffer behind a writable one (2.7.4.2). */
  READABLE_AFTER_WRITABLE("a descriptor chain has a readable buffer behind a writable one"),
  /** INDIRECT without the feature (2.7.5.3.1). */
  INDIRECT_NOT_NEGOTIATED("an indirect descriptor, but the feature was not negotiated"),
  /** INDIRECT inside an indirect table (2.7.5.3.1). */
  INDIRECT_NESTED("an indirect descriptor inside an indirect table"),
  /** INDIRECT and NEXT in one descriptor (2.7.5.3.1). */
  INDIRECT_WITH_NEXT("an indirect descriptor with a next field"),
  /** The length of an indirect table is 0 or no multiple of 16. */
  INDIRECT_LENGTH("the length of an indirect table is not a positive multiple of 16"),
  /** A buffer or table lies, wholly or partly, outside every memory region. */
  ADDRESS_NOT_MAPPED("a descriptor names memory outside every region"),
  /** No writable byte, so that no answer can be given (5.2.6). */
  NO_STATUS_BYTE("a request has no writable byte for its status"),
  /** A new memory table holds the ring no more. */
  RING_NOT_MAPPED("the memory table holds the ring no more"),
  /** A bug of ours. */
  INTERNAL_ERROR("the queue failed by a fault of the device");

  private final String sentence;

  BreakReason(String sentence) {
    this.sentence = sentence;
  }

  /** The reason in words, to be put behind the queue's name. */
  public String sentence() {
    return sentence;
  }
}
