package io.vireo.nvme;

import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.AsyncEvent;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.TransportQueue;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/**
 * Asynchronous event requests (Base 5.2): commands that wait at the controller until it has
 * something to tell. Each is sent again once it told, but not before the next {@link #rearm}: a
 * controller that always has something to tell is heard no more often than it is asked. One control
 * thread.
 */
final class AsyncEvents {
  private final TransportQueue queue;
  private final Consumer<AsyncEvent> listener;
  private final Deque<NvmeRequest> idle = new ArrayDeque<>();
  private boolean stopped;

  /**
   * @param listener called by whoever polls the queue; only takes note
   */
  AsyncEvents(TransportQueue queue, Consumer<AsyncEvent> listener) {
    this.queue = queue;
    this.listener = listener;
  }

  /**
   * Asks for events from now on.
   *
   * @param requests how many may wait at the controller, at most {@code AERL + 1}
   */
  void start(int requests) {
    for (int i = 0; i < requests; i++) {
      idle.add(new NvmeRequest(this::ended, 0));
    }
    rearm();
  }

  private void ended(NvmeRequest request, int status) {
    if (stopped || NvmeStatus.isError(status)) {
      return; // not again: the controller wants no more of them, or the queue closes
    }
    idle.add(request);
    listener.accept(AsyncEvent.of(request.result()));
  }

  /** Sends those again that told something. */
  void rearm() {
    while (!idle.isEmpty()) {
      NvmeRequest request = idle.peek();
      request.command(AdminOpcode.ASYNC_EVENT_REQUEST, 0);
      if (queue.submit(request) != TransportQueue.SUBMITTED) {
        break; // the next time
      }
      idle.remove();
    }
    queue.ring();
  }

  void stop() {
    stopped = true;
    idle.clear();
  }
}
