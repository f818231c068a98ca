package io.vireo.bdev.nvme;

import io.vireo.nvme.IoQueuePair;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Reactor thread only. Commands of a queue pair that take too long. The drive is told once that
 * there are some, and no more until it has looked: how many there are then, and how often they have
 * become late meanwhile, makes no difference.
 */
final class LateCommands {
  /**
   * What a look has found.
   *
   * @param fresh command ids of those that are late and were not so before
   * @param overdue whether others were found for the first time so long ago that what was done then
   *     did not help
   */
  record Found(List<Integer> fresh, boolean overdue) {}

  private final DriveQueue queue;
  private final NvmeDrive drive;
  private final long limitNs;
  private final Map<Integer, Long> found = new HashMap<>(); // command ids, and when
  private boolean told;

  /**
   * @param limitNs how long a command may take; 0: any time
   */
  LateCommands(DriveQueue queue, NvmeDrive drive, long limitNs) {
    this.queue = queue;
    this.drive = drive;
    this.limitNs = limitNs;
  }

  /** From now on the drive is told. */
  void watch(IoQueuePair pair) {
    pair.watch(limitNs, (p, request, ageNs) -> late());
  }

  private void late() {
    if (!told) {
      told = true;
      drive.late(queue);
    }
  }

  /** The drive looks. */
  Found look(IoQueuePair pair, long nowNs) {
    told = false;
    Map<Integer, Long> before = Map.copyOf(found);
    found.clear(); // of those that have ended
    List<Integer> fresh = new ArrayList<>();
    pair.visitLate(
        (p, request, ageNs) -> {
          int id = request.commandId();
          if (!before.containsKey(id)) {
            fresh.add(id);
          }
          found.put(id, before.getOrDefault(id, nowNs));
        });
    boolean overdue = found.values().stream().anyMatch(since -> nowNs - since >= limitNs);
    return new Found(fresh, overdue);
  }

  /** The controller does not have them any more. */
  void clear() {
    found.clear();
  }
}
