package io.vireo.nvme.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/**
 * Asynchronous event requests (Base 5.2): an event is told as soon as a request for it is there and
 * the log page of the one before of its type was read.
 */
final class ModelEvents {
  private static final int CONFIGURATION = 0x0b;
  private static final int HEALTH = 1;
  private static final int NOTICE = 2;
  private static final int FIRST_NOTICE_BIT = 8;

  private final ModelQueues queues;
  private final ModelFeatures features;
  private final Faults faults;
  private final Deque<Command> requests = new ArrayDeque<>();
  private final Deque<Integer> events = new ArrayDeque<>();
  private final Set<Integer> untilRead = new HashSet<>(); // log pages
  private int flood;

  ModelEvents(ModelQueues queues, ModelFeatures features, Faults faults) {
    this.queues = queues;
    this.features = features;
    this.faults = faults;
  }

  void clear() {
    requests.clear();
    events.clear();
    untilRead.clear();
  }

  void request(Command command) {
    if (requests.size() >= ModelIdentity.ASYNC_EVENTS) {
      throw new CommandFailure(CommandFailure.ASYNC_EVENT_LIMIT_EXCEEDED);
    }
    requests.add(command);
  }

  /** How many requests wait. */
  int requests() {
    return requests.size();
  }

  void happen(int type, int info, int page) {
    int bit = type == HEALTH ? warningBit(info) : FIRST_NOTICE_BIT + info;
    boolean wanted = (features.number(CONFIGURATION) & 1 << bit) != 0;
    if (wanted || (type != HEALTH && type != NOTICE)) {
      events.add(page << 16 | info << 8 | type);
    }
  }

  /** Reliability, temperature, spare: bits 2, 1, 0 of the critical warning. */
  static int warningBit(int info) {
    return 2 - info;
  }

  void read(int page) {
    untilRead.remove(page);
  }

  void tell() {
    while (faults.floodsEvents() && !requests.isEmpty()) {
      answer((flood++ << 8 & 0xffff00) | 7);
    }
    for (int left = events.size(); left > 0 && !requests.isEmpty(); left--) {
      int event = events.remove();
      int page = event >>> 16;
      if (page != 0 && !untilRead.add(page)) {
        events.add(event); // not yet
      } else {
        answer(event);
      }
    }
  }

  private void answer(int dw0) {
    Command request = requests.remove();
    queues.end(new ModelQueues.Ending(request, request.commandId(), 0, dw0, 0, false));
  }
}
