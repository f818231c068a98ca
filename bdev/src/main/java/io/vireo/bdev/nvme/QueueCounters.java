package io.vireo.bdev.nvme;

import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.transport.QueueCounts;

/**
 * What went through a queue pair, or several, with the field's members in its order.
 *
 * @param polls while there was anything in flight
 * @param idle_polls that found nothing
 * @param completions that were found
 * @param cq_mmio_doorbell_updates stores that cross the bus
 * @param cq_shadow_doorbell_updates stores to memory in place of them
 * @param queued_requests that had to wait for room
 * @param submitted_requests commands
 * @param sq_mmio_doorbell_updates stores that cross the bus
 * @param sq_shadow_doorbell_updates stores to memory in place of them
 */
record QueueCounters(
    String trname,
    long polls,
    long idle_polls,
    long completions,
    long cq_mmio_doorbell_updates,
    long cq_shadow_doorbell_updates,
    long queued_requests,
    long submitted_requests,
    long sq_mmio_doorbell_updates,
    long sq_shadow_doorbell_updates) {
  static QueueCounters of(IoQueuePair pair, long polls, long idlePolls, long completions) {
    QueueCounts counts = pair.counts();
    return new QueueCounters(
        "PCIE",
        polls,
        idlePolls,
        completions,
        counts.cqRegisterStores(),
        counts.cqShadowStores(),
        pair.counters().waitedIos(),
        counts.submitted(),
        counts.sqRegisterStores(),
        counts.sqShadowStores());
  }

  QueueCounters plus(QueueCounters other) {
    return new QueueCounters(
        trname,
        polls + other.polls,
        idle_polls + other.idle_polls,
        completions + other.completions,
        cq_mmio_doorbell_updates + other.cq_mmio_doorbell_updates,
        cq_shadow_doorbell_updates + other.cq_shadow_doorbell_updates,
        queued_requests + other.queued_requests,
        submitted_requests + other.submitted_requests,
        sq_mmio_doorbell_updates + other.sq_mmio_doorbell_updates,
        sq_shadow_doorbell_updates + other.sq_shadow_doorbell_updates);
  }
}
