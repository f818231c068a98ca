package io.vireo.bdev.nvme;

import io.vireo.nvme.spec.SmartLog;

/** What has happened to a drive since it was attached, and what it told last. Any thread. */
final class DriveHistory {
  private final Recovery recovery;
  private final Aborts aborts;
  private volatile SmartLog health; // null: it has told nothing yet

  DriveHistory(Recovery recovery, Aborts aborts) {
    this.recovery = recovery;
    this.aborts = aborts;
  }

  /** The drive tells that, asked or not. */
  void health(SmartLog told) {
    health = told;
  }

  /** What it told last; null when it never did. */
  SmartLog lastHealth() {
    return health;
  }

  /** How often the controller was brought back. */
  int resets() {
    return recovery.beginnings();
  }

  /** How many commands took longer than the options allow. */
  long lateCommands() {
    return aborts.lateCommands();
  }
}
