package io.vireo.bdev.nvme;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What went through the queue pairs of each reactor, for bdev_nvme_get_transport_statistics. */
final class TransportReport {
  private TransportReport() {}

  static Map<String, Object> of(List<NvmeDrive> drives) {
    Map<String, QueueCounters> sums = new LinkedHashMap<>();
    for (NvmeDrive drive : drives) {
      for (DriveQueue queue : drive.queues()) {
        QueueCounters counters = queue.reactor().call(queue::counters);
        sums.merge(queue.reactor().name(), counters, QueueCounters::plus);
      }
    }
    List<Map<String, Object>> groups = new ArrayList<>();
    sums.forEach(
        (reactor, sum) -> {
          Map<String, Object> group = new LinkedHashMap<>();
          group.put("thread", reactor);
          group.put("transports", List.of(sum));
          groups.add(group);
        });
    return Map.of("poll_groups", groups);
  }
}
