package io.vireo.nvme.model;

import java.util.Arrays;
import java.util.NavigableMap;

/** The admin command set (Base 5), as far as the driver uses it. */
final class AdminCommands {
  private static final int ZONES = 2; // CSI

  /** What no result is: the command ends later. */
  static final long LATER = -1;

  private final ModelOptions options;
  private final Faults faults;
  private final ModelQueues queues;
  private final ModelNamespaces namespaces;
  private final ModelLogs logs = new ModelLogs();
  private final ModelFirmware firmware = new ModelFirmware(logs);
  private final ModelFeatures features;
  private final ModelEvents events;
  private byte[] secret = new byte[0];
  private int keepAlives;

  AdminCommands(
      ModelOptions options, Faults faults, ModelQueues queues, ModelNamespaces namespaces) {
    this.options = options;
    this.faults = faults;
    this.queues = queues;
    this.namespaces = namespaces;
    this.features = new ModelFeatures(options);
    this.events = new ModelEvents(queues, features, faults);
  }

  /** A reset forgets what was asked and what was set. */
  void clear() {
    features.clear();
    events.clear();
  }

  ModelLogs logs() {
    return logs;
  }

  ModelEvents events() {
    return events;
  }

  int keepAlives() {
    return keepAlives;
  }

  /** Executes a command; answers dword 0, or {@link #LATER}. */
  long execute(Command command, DataPointer pointer, int pageBytes) {
    if (command.psdt() != 0) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD); // Base 4.1.2: PRP on PCIe
    }
    return switch (command.opcode()) {
      case 0x00 -> deleteSq(command);
      case 0x01 -> createSq(command, pageBytes);
      case 0x02 -> {
        events.read(logs.execute(command, pointer, faults));
        yield 0;
      }
      case 0x04 -> deleteCq(command);
      case 0x05 -> createCq(command, pageBytes);
      case 0x06 -> identify(command, pointer);
      case 0x08 -> abort(command);
      case 0x09 -> features.set(command, pointer);
      case 0x0a -> features.get(command, pointer);
      case 0x0c -> {
        events.request(command);
        yield LATER;
      }
      case 0x0d -> namespaces.manage(command, pointer);
      case 0x10 -> firmware.commit(command);
      case 0x11 -> firmware.download(command, pointer);
      case 0x14 -> logs.selfTest(command);
      case 0x15 -> namespaces.attach(command, pointer);
      case 0x18 -> keepAlives++;
      case 0x7c -> shadowDoorbells(command, pageBytes);
      case 0x80 -> namespaces.format(command);
      case 0x81 -> securitySend(command, pointer);
      case 0x82 -> securityReceive(command, pointer);
      default -> throw new CommandFailure(CommandFailure.INVALID_OPCODE);
    };
  }

  private long shadowDoorbells(Command command, int pageBytes) {
    if (!options.shadowDoorbells()) {
      throw new CommandFailure(CommandFailure.INVALID_OPCODE);
    }
    if (((command.dptr1() | command.dptr2()) & pageBytes - 1) != 0) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    queues.shadow(command.dptr1(), command.dptr2());
    return 0;
  }

  private long createCq(Command command, int pageBytes) {
    int qid = command.cdw10() & 0xffff;
    int entries = (command.cdw10() >>> 16) + 1;
    checkNewQueue(qid, entries, queues.hasCq(qid), command, pageBytes);
    int vector = (command.cdw11() & 1 << 1) == 0 ? -1 : command.cdw11() >>> 16;
    queues.addCq(qid, command.dptr1(), entries, vector);
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
    if (!contiguous || !features.knowsQueues()) {
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
          case 0x00 -> namespace(namespaces.active(), nsid);
          case 0x01 -> ModelIdentity.controller(options);
          case 0x02 -> ModelIdentity.list(namespaces.active(), nsid);
          case 0x03 -> ModelIdentity.descriptors(nsid, isZoned(nsid));
          case 0x05 -> zones(command);
          case 0x06 -> isOfZones(command) ? ModelIdentity.zoneLimits() : ModelIdentity.limits();
          case 0x10 -> ModelIdentity.list(namespaces.allocated(), nsid);
          case 0x11 -> namespace(namespaces.allocated(), nsid);
          case 0x12 -> namespaces.controllers(nsid);
          case 0x13 -> namespaces.controllers(0);
          case 0x1c -> ModelIdentity.commandSets();
          default -> throw new CommandFailure(CommandFailure.INVALID_FIELD);
        };
    faults.falsify(command, data);
    pointer.store(command, data);
    return 0;
  }

  private static boolean isOfZones(Command command) {
    return command.cdw11() >>> 24 == ZONES;
  }

  private boolean isZoned(int nsid) {
    ModelNamespace namespace = namespaces.active().get(nsid);
    return namespace != null && namespace.format().zoneBlocks() > 0;
  }

  private byte[] zones(Command command) {
    if (!isOfZones(command) || !isZoned(command.nsid())) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    return ModelIdentity.zones(namespaces.active().get(command.nsid()));
  }

  private byte[] namespace(NavigableMap<Integer, ModelNamespace> among, int nsid) {
    if (nsid == -1) {
      return ModelIdentity.namespace(namespaces.make(options.blocks()));
    }
    if (nsid == 0 || Integer.compareUnsigned(nsid, ModelNamespaces.limit(options)) > 0) {
      throw new CommandFailure(CommandFailure.INVALID_NAMESPACE);
    }
    ModelNamespace namespace = among.get(nsid);
    return namespace == null ? new byte[ModelIdentity.BYTES] : ModelIdentity.namespace(namespace);
  }

  /** What was sent can be asked for again, with protocol and specific field before it. */
  private long securitySend(Command command, DataPointer pointer) {
    byte[] sent = pointer.fetch(command, command.cdw11());
    secret = new byte[sent.length + 4];
    LittleEndian.put32(secret, 0, command.cdw10());
    System.arraycopy(sent, 0, secret, 4, sent.length);
    return 0;
  }

  private long securityReceive(Command command, DataPointer pointer) {
    pointer.store(command, Arrays.copyOf(secret, command.cdw11()));
    return 0;
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
}
