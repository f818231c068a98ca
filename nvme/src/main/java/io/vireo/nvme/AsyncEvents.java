package io.vireo.nvme;

import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.TransportQueue;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Asynchronous event requests (Base 5.2): commands that wait at the controller until it has
 * something to tell. Each is sent again once it told. One control thread.
 */
public final class AsyncEvents {
  /** What to do with an event. */
  public interface Listener {
    /**
     * Called on the control thread, from within {@link AdminQueue}.
     *
     * @param type 0 error, 1 health, 2 notice, 6 command set specific, 7 vendor's
     * @param info what happened, by type
     * @param logPage which log page tells more; reading it lets the next such event come
     */
    void happened(int type, int info, int logPage);
  }

  private final TransportQueue queue;
  private final Deque<NvmeRequest> idle = new ArrayDeque<>();
  private Listener listener;

  AsyncEvents(TransportQueue queue) {
    this.queue = queue;
  }

  /**
   * Asks for events from now on.
   *
   * @param requests how many may wait at the controller, at most {@code AERL + 1}
   */
  public void start(int requests, Listener newListener) {
    listener = newListener;
    for (int i = 0; i < requests; i++) {
      idle.add(new NvmeRequest(this::ended, 0));
    }
    rearm();
  }

  private void ended(NvmeRequest request, int status) {
    if (listener == null || NvmeStatus.isError(status)) {
      return; // not again: the controller wants no more of them, or the queue closes
    }
    idle.add(request);
    int dw0 = request.result();
    listener.happened(dw0 & 0b111, dw0 >>> 8 & 0xff, dw0 >>> 16 & 0xff);
  }

  /** Sends those again that told something. */
  void rearm() {
    int sent = 0;
    for (NvmeRequest request = idle.poll(); request != null; request = idle.poll()) {
      request.command(AdminOpcode.ASYNC_EVENT_REQUEST, 0);
      if (queue.submit(request) != TransportQueue.SUBMITTED) {
        idle.addFirst(request);
        break;
      }
      sent++;
    }
    if (sent > 0) {
      queue.ring();
    }
  }

  void stop() {
    listener = null;
    idle.clear();
  }
}
