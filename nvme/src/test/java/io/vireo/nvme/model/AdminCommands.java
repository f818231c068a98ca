package io.vireo.nvme.model;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;

/** The admin command set (Base 5), as far as the driver uses it. */
final class AdminCommands {
  /** What no result is: the command ends later. */
  static final long LATER = -1;

  private final ModelOptions options;
  private final Faults faults;
  private final ModelQueues queues;
  private final NavigableMap<Integer, ModelNamespace> namespaces;
  private final Map<Integer, Integer> features = new HashMap<>();
  private final Deque<Command> eventRequests = new ArrayDeque<>();
  private final Deque<Integer> events = new ArrayDeque<>();
  private int smartWarning;

  AdminCommands(
      ModelOptions options,
      Faults faults,
      ModelQueues queues,
      NavigableMap<Integer, ModelNamespace> namespaces) {
    this.options = options;
    this.faults = faults;
    this.queues = queues;
    this.namespaces = namespaces;
  }

  /** A reset forgets what was asked and what was set. */
  void clear() {
    features.clear();
    eventRequests.clear();
    events.clear();
  }

  /** Executes a command; answers dword 0, or {@link #LATER}. */
  long execute(Command command, DataPointer pointer, int pageBytes) {
    if (command.psdt() != 0) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD); // Base 4.1.2: PRP on PCIe
    }
    return switch (command.opcode()) {
      case 0x00 -> deleteSq(command);
      case 0x01 -> createSq(command, pageBytes);
      case 0x02 -> logPage(command, pointer);
      case 0x04 -> deleteCq(command);
      case 0x05 -> createCq(command, pageBytes);
      case 0x06 -> identify(command, pointer);
      case 0x08 -> abort(command);
      case 0x09 -> setFeature(command);
      case 0x0a -> features.getOrDefault(command.cdw10() & 0xff, 0) & 0xffffffffL;
      case 0x0c -> asyncEventRequest(command);
      default -> throw new CommandFailure(CommandFailure.INVALID_OPCODE);
    };
  }

  private long createCq(Command command, int pageBytes) {
    int qid = command.cdw10() & 0xffff;
    int entries = (command.cdw10() >>> 16) + 1;
    checkNewQueue(qid, entries, queues.hasCq(qid), command, pageBytes);
    queues.addCq(qid, command.dptr1(), entries);
    return 0;
  }

  private long createSq(Command command, int pageBytes) {
    int qid = command.cdw10() & 0xffff;
    int entries = (command.cdw10() >>> 16) + 1;
    checkNewQueue(qid, entries, queues.hasSq(qid), command, pageBytes);
    int cqId = command.cdw11() >>> 16;
    if (cqId == 0 || !queues.hasCq(cqId)) {
      throw new CommandFailure(CommandFailure.COMPLETION_QUEUE_INVALID);
    }
    queues.addSq(qid, command.dptr1(), entries, cqId);
    return 0;
  }

  private void checkNewQueue(int qid, int entries, boolean exists, Command command, int pageBytes) {
    if (qid == 0 || qid > options.ioQueues() || exists) {
      throw new CommandFailure(CommandFailure.INVALID_QUEUE_ID);
    }
    if (entries < 2 || entries > options.queueEntries()) {
      throw new CommandFailure(CommandFailure.INVALID_QUEUE_SIZE);
    }
    boolean contiguous = (command.cdw11() & 1) != 0;
    if (!contiguous || !features.containsKey(0x07)) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    if ((command.dptr1() & pageBytes - 1) != 0) {
      throw new CommandFailure(CommandFailure.PRP_OFFSET_INVALID);
    }
  }

  private long deleteSq(Command command) {
    int qid = command.cdw10() & 0xffff;
    if (qid == 0 || !queues.hasSq(qid)) {
      throw new CommandFailure(CommandFailure.INVALID_QUEUE_ID);
    }
    queues.removeSq(qid);
    return 0;
  }

  private long deleteCq(Command command) {
    int qid = command.cdw10() & 0xffff;
    if (qid == 0 || !queues.hasCq(qid)) {
      throw new CommandFailure(CommandFailure.INVALID_QUEUE_ID);
    }
    if (queues.cqIsUsed(qid)) {
      throw new CommandFailure(CommandFailure.INVALID_QUEUE_DELETION);
    }
    queues.removeCq(qid);
    return 0;
  }

  private long identify(Command command, DataPointer pointer) {
    int nsid = command.nsid();
    byte[] data =
        switch (command.cdw10() & 0xff) {
          case 0 -> {
            if (nsid == 0 || Integer.compareUnsigned(nsid, options.namespaces()) > 0) {
              throw new CommandFailure(CommandFailure.INVALID_NAMESPACE);
            }
            ModelNamespace namespace = namespaces.get(nsid);
            yield namespace == null
                ? new byte[ModelIdentity.BYTES]
                : ModelIdentity.namespace(namespace);
          }
          case 1 -> ModelIdentity.controller(options);
          case 2, 0x10 -> ModelIdentity.active(namespaces, nsid);
          case 3 -> ModelIdentity.descriptors(nsid);
          default -> throw new CommandFailure(CommandFailure.INVALID_FIELD);
        };
    faults.falsify(command, data);
    pointer.store(command, data);
    return 0;
  }

  private long setFeature(Command command) {
    int feature = command.cdw10() & 0xff;
    int value = command.cdw11();
    if (feature == 0x07) {
      int most = options.ioQueues() - 1;
      value = Math.min(value >>> 16, most) << 16 | Math.min(value & 0xffff, most);
    }
    features.put(feature, value);
    return feature == 0x07 ? value & 0xffffffffL : 0;
  }

  private long abort(Command command) {
    int sqId = command.cdw10() & 0xffff;
    ModelQueues.Ending ending = queues.cancel(sqId, command.cdw10() >>> 16);
    if (ending == null) {
      return 1; // not aborted
    }
    Command aborted = ending.command();
    queues.end(
        new ModelQueues.Ending(
            aborted, ending.commandId(), CommandFailure.ABORT_REQUESTED, 0, 0, false));
    return 0;
  }

  private long logPage(Command command, DataPointer pointer) {
    int page = command.cdw10() & 0xff;
    int dwords = (command.cdw11() & 0xffff) << 16 | command.cdw10() >>> 16;
    byte[] data = new byte[(dwords + 1) * 4];
    switch (page) {
      case 0x02 -> {
        data[0] = (byte) smartWarning;
        LittleEndian.put16(data, 1, 300); // kelvin
        data[3] = 100;
      }
      case 0x01, 0x03, 0x04, 0x05 -> {}
      default -> throw new CommandFailure(CommandFailure.INVALID_LOG_PAGE);
    }
    faults.falsify(command, data);
    pointer.store(command, data);
    return 0;
  }

  private long asyncEventRequest(Command command) {
    if (eventRequests.size() >= ModelIdentity.ASYNC_EVENTS) {
      throw new CommandFailure(CommandFailure.ASYNC_EVENT_LIMIT_EXCEEDED);
    }
    eventRequests.add(command);
    return LATER;
  }

  /** Something happened: told as soon as a request for it is there. */
  void event(int type, int info, int page) {
    smartWarning |= type == 1 ? 1 << info : 0;
    events.add(page << 16 | info << 8 | type);
  }

  /** Answers event requests with events. */
  void tellEvents() {
    while (!events.isEmpty() && !eventRequests.isEmpty()) {
      Command request = eventRequests.remove();
      queues.end(
          new ModelQueues.Ending(request, request.commandId(), 0, events.remove(), 0, false));
    }
  }
}
