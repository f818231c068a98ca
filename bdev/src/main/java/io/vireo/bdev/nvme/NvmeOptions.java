package io.vireo.bdev.nvme;

import io.vireo.nvme.Arbitration;

/**
 * How controllers that are attached from now on are driven.
 *
 * @param onTimeout what happens to a command that takes longer
 * @param timeoutUs after this time of an I/O command; 0: never
 * @param timeoutAdminUs of an admin command; 0: as an I/O command, or half a minute
 * @param keepAliveMs of controllers that want to be told that their host lives
 * @param adminPollUs how often the admin queue is looked at
 * @param queueRequests commands in flight of each queue pair
 * @param delaySubmit one doorbell for all commands of a lap instead of one each
 * @param retryCount how often a failed command is tried again; -1: without end
 * @param loss what happens to a controller that cannot be reset, unless it was attached otherwise
 * @param generateUuids a namespace without an identifier of its own gets one from its drive's
 *     serial number and its own number
 * @param arbitration of controllers that weigh queues
 */
record NvmeOptions(
    TimeoutAction onTimeout,
    long timeoutUs,
    long timeoutAdminUs,
    long keepAliveMs,
    long adminPollUs,
    int queueRequests,
    boolean delaySubmit,
    int retryCount,
    LossOptions loss,
    boolean generateUuids,
    Arbitration arbitration) {
  static final NvmeOptions DEFAULT =
      new NvmeOptions(
          TimeoutAction.NONE,
          0,
          0,
          10_000,
          10_000,
          512,
          true,
          3,
          LossOptions.DEFAULT,
          false,
          Arbitration.DEFAULT);

  /** The same with another way of dealing with a lost controller. */
  NvmeOptions with(LossOptions other) {
    return new NvmeOptions(
        onTimeout,
        timeoutUs,
        timeoutAdminUs,
        keepAliveMs,
        adminPollUs,
        queueRequests,
        delaySubmit,
        retryCount,
        other,
        generateUuids,
        arbitration);
  }

  /** What happens to a command that takes too long. */
  public enum TimeoutAction {
    /** A line in the log. */
    NONE,
    /** The controller is reset. */
    RESET,
    /** The command is aborted, and the controller reset if that does not help. */
    ABORT
  }

  /**
   * When a controller cannot be brought back.
   *
   * @param lossTimeoutSec how long it is tried; -1: without end; 0: once
   * @param reconnectDelaySec between two trials
   * @param fastFailSec after which time requests fail instead of waiting; 0: at the end only
   */
  record LossOptions(int lossTimeoutSec, int reconnectDelaySec, int fastFailSec) {
    static final LossOptions DEFAULT = new LossOptions(0, 0, 0);
  }
}
