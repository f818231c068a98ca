package io.vireo.nvme;

import io.vireo.nvme.transport.NvmeRequest;

/** Who decides what to do about requests that take too long: nothing, an abort, a reset. */
public interface TimeoutListener {
  /**
   * A request is in flight for longer than the limit, or than two, three, ... times that: called
   * once each. Called on the queue pair's thread, from within {@link IoQueuePair#poll}; it must
   * neither submit nor end anything.
   *
   * <p>An abort or a reset is the control thread's: it is handed {@link IoQueuePair#id} and {@link
   * NvmeRequest#commandId}, as they are now. When the request has ended before the abort arrives,
   * its id is another's no sooner than its slot was used 15 times more: till then the controller
   * finds nothing to abort.
   *
   * @param ageNs how long it is in flight
   */
  void late(IoQueuePair pair, NvmeRequest request, long ageNs);
}
