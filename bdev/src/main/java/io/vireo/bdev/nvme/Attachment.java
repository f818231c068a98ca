package io.vireo.bdev.nvme;

import io.vireo.nvme.CommandErrors;
import io.vireo.nvme.ControllerOptions;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.PollClock;

/**
 * A controller that was brought up behind a function, and how.
 *
 * @param origin what an operator asked for
 * @param options how it is driven
 * @param clock of everything that the drive waits for
 * @param errors what an operator wants to go wrong
 */
record Attachment(
    NvmeAttach origin,
    NvmeOptions options,
    DriveFunction function,
    DriveInterrupts interrupts,
    NvmeController controller,
    PollClock clock,
    ErrorInjections errors) {
  private static final long DEFAULT_ADMIN_TIMEOUT_MS = 30_000;
  private static final long MS_OF_US = 1_000;

  /**
   * Starts the controller, on the drive's thread. One that fails is stopped, from outside if it
   * must be, and its memory given back.
   */
  static Attachment start(
      NvmeAttach origin, NvmeOptions options, DriveFunction function, PollClock clock) {
    ErrorInjections errors = new ErrorInjections();
    DriveInterrupts interrupts = DriveInterrupts.enable(origin, function);
    NvmeController controller =
        NvmeController.of(
            function.transport(),
            function.memory(),
            clock,
            controllerOptions(origin, options, function, errors));
    try {
      controller.start();
      return new Attachment(origin, options, function, interrupts, controller, clock, errors);
    } catch (RuntimeException | Error e) {
      stop(controller, function, e);
      throw e;
    }
  }

  /** One that cannot be stopped at all reaches no memory without its function. */
  private static void stop(NvmeController controller, DriveFunction function, Throwable cause) {
    try {
      function.stop();
    } catch (RuntimeException e) {
      cause.addSuppressed(e);
      function.close();
    }
    controller.abandon();
  }

  private static ControllerOptions controllerOptions(
      NvmeAttach origin, NvmeOptions options, DriveFunction function, ErrorInjections errors) {
    long adminUs = options.timeoutAdminUs() > 0 ? options.timeoutAdminUs() : options.timeoutUs();
    CommandErrors adminErrors = opcode -> errors.next(CommandType.ADMIN, opcode);
    return new ControllerOptions(
        ControllerOptions.DEFAULT.adminEntries(),
        Math.min(origin.num_io_queues(), ControllerOptions.MAX_IO_QUEUES),
        adminUs > 0 ? Math.ceilDiv(adminUs, MS_OF_US) : DEFAULT_ADMIN_TIMEOUT_MS,
        ControllerOptions.DEFAULT.shutdownTimeoutMs(),
        options.keepAliveMs(),
        options.arbitration(),
        function.quirks(),
        adminErrors);
  }
}
