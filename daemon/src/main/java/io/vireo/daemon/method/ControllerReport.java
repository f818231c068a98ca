package io.vireo.daemon.method;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevRegistry;
import io.vireo.reactor.CpuMask;
import io.vireo.vhost.PinnedMemory;
import io.vireo.vhost.QueueState;
import io.vireo.vhost.VhostController;
import io.vireo.vhost.VhostSession;
import io.vireo.virtio.VirtioDevice;
import io.vireo.virtio.blk.BlkDevice;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A controller as vhost_get_controllers shows it, with the field's members in its order. */
final class ControllerReport {
  /** The one way in which front-ends are reached, by the field's name for it. */
  static final String TRANSPORT = "vhost_user_blk";

  private ControllerReport() {}

  static Map<String, Object> of(VhostController controller, BdevRegistry bdevs) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("ctrlr", controller.name());
    map.put("cpumask", CpuMask.format(controller.cpuMask()));
    map.put("delay_base_us", controller.coalescing().delayBaseUs());
    map.put("iops_threshold", controller.coalescing().iopsThreshold());
    map.put("socket", controller.socket().map(Path::toString).orElse(null));
    map.put("sessions", sessions(controller));
    map.put("pin_guest_memory", controller.pinsGuestMemory()); // not the field's
    map.put("backend_specific", backend(controller.device(), bdevs));
    return map;
  }

  private static List<Map<String, Object>> sessions(VhostController controller) {
    return controller.sessions().stream()
        .map(session -> session(session, controller.device()))
        .toList();
  }

  private static Map<String, Object> session(VhostSession session, VirtioDevice device) {
    List<QueueState> queues = session.queues();
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("vid", session.number());
    map.put("id", session.number());
    map.put("name", session.name());
    map.put("started", session.started());
    map.put("max_queues", device.maxQueues());
    map.put("inflight_task_cnt", queues.stream().mapToInt(QueueState::inFlight).sum());
    map.put("queues", queues.stream().map(ControllerReport::queue).toList());
    map.putAll(memory(session.pinnedMemory()));
    return map;
  }

  /** Not the field's: what of the guest's memory the bdev's device reaches without a copy. */
  private static Map<String, Object> memory(PinnedMemory memory) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("mapped_memory_bytes", memory.mappedBytes());
    map.put("pinned_memory_bytes", memory.pinnedBytes());
    if (memory.failure() != null) {
      map.put("pin_failure", memory.failure());
    }
    return map;
  }

  /** Not the field's: which queue runs on which CPU, and what it has done since it began to. */
  private static Map<String, Object> queue(QueueState queue) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("index", queue.index());
    map.put("lcore", queue.cpu());
    map.put("in_flight", queue.inFlight());
    map.put("requests", queue.counters().requests());
    map.put("failed_requests", queue.counters().failed());
    map.put("interrupts", queue.counters().interrupts());
    if (queue.broken() != null) {
      map.put("broken", queue.broken().sentence());
    }
    return map;
  }

  private static Map<String, Object> backend(VirtioDevice device, BdevRegistry bdevs) {
    if (!(device instanceof BlkDevice blk)) {
      return Map.of();
    }
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("readonly", blk.readOnly());
    map.put("bdev", nameOfPresent(blk.bdev(), bdevs));
    map.put("transport", TRANSPORT);
    return Map.of("block", map);
  }

  /** The bdev's name; null when it was removed under its controller. */
  static String nameOfPresent(Bdev bdev, BdevRegistry bdevs) {
    return bdevs.find(bdev.name()).filter(bdev::equals).map(Bdev::name).orElse(null);
  }
}
