package io.vireo.nvme.transport;

/**
 * What a queue did so far.
 *
 * @param submitted commands
 * @param sqRegisterStores stores to the doorbell of submissions that crossed the bus
 * @param sqShadowStores stores to memory in its place
 * @param cqRegisterStores likewise of completions
 * @param cqShadowStores likewise
 */
public record QueueCounts(
    long submitted,
    long sqRegisterStores,
    long sqShadowStores,
    long cqRegisterStores,
    long cqShadowStores) {
  public static final QueueCounts NONE = new QueueCounts(0, 0, 0, 0, 0);

  static QueueCounts of(long submitted, Doorbell sq, Doorbell cq) {
    return new QueueCounts(
        submitted, sq.registerStores(), sq.shadowStores(), cq.registerStores(), cq.shadowStores());
  }

  public QueueCounts plus(QueueCounts other) {
    return new QueueCounts(
        submitted + other.submitted,
        sqRegisterStores + other.sqRegisterStores,
        sqShadowStores + other.sqShadowStores,
        cqRegisterStores + other.cqRegisterStores,
        cqShadowStores + other.cqShadowStores);
  }
}
