package io.vireo.nvme.model;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;

/** Namespace management, attachment and format (Base 5.14, 5.22, 5.23). */
final class ModelNamespaces {
  /** How many there can be besides those of the beginning. */
  static final int MORE = 4;

  private static final int ATTACHED_TO = 7;

  private final ModelOptions options;
  private final NavigableMap<Integer, ModelNamespace> active;
  private final NavigableMap<Integer, ModelNamespace> detached = new TreeMap<>();

  ModelNamespaces(ModelOptions options, NavigableMap<Integer, ModelNamespace> active) {
    this.options = options;
    this.active = active;
  }

  NavigableMap<Integer, ModelNamespace> active() {
    return active;
  }

  NavigableMap<Integer, ModelNamespace> allocated() {
    NavigableMap<Integer, ModelNamespace> all = new TreeMap<>(active);
    all.putAll(detached);
    return all;
  }

  /** NN. */
  static int limit(ModelOptions options) {
    return options.namespaces() + MORE;
  }

  long manage(Command command, DataPointer pointer) {
    return switch (command.cdw10() & 0xf) {
      case 0 -> create(pointer.fetch(command, 4096));
      case 1 -> delete(command.nsid());
      default -> throw new CommandFailure(CommandFailure.INVALID_FIELD);
    };
  }

  private long delete(int nsid) {
    if (active.remove(nsid) == null && detached.remove(nsid) == null) {
      throw new CommandFailure(CommandFailure.INVALID_NAMESPACE);
    }
    return 0;
  }

  private long create(byte[] data) {
    long blocks = LittleEndian.u64(data, 0);
    if (data[26] != 1 || blocks != LittleEndian.u64(data, 8)) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    if (blocks > options.blocks()) {
      throw new CommandFailure(CommandFailure.NAMESPACE_INSUFFICIENT_CAPACITY);
    }
    for (int id = 1; id <= limit(options); id++) {
      if (!active.containsKey(id) && !detached.containsKey(id)) {
        detached.put(id, make((int) blocks));
        return id;
      }
    }
    throw new CommandFailure(CommandFailure.NAMESPACE_ID_UNAVAILABLE);
  }

  ModelNamespace make(int blocks) {
    return new ModelNamespace(options.format(), options.blockShift(), blocks);
  }

  long attach(Command command, DataPointer pointer) {
    byte[] list = pointer.fetch(command, 4096);
    int count = (int) LittleEndian.u32(list, 0) & 0xffff;
    int controller = (int) LittleEndian.u32(list, 0) >>> 16;
    if (count != 1 || controller != ATTACHED_TO) {
      throw new CommandFailure(CommandFailure.CONTROLLER_LIST_INVALID);
    }
    boolean attach = (command.cdw10() & 0xf) == 0;
    NavigableMap<Integer, ModelNamespace> from = attach ? detached : active;
    NavigableMap<Integer, ModelNamespace> to = attach ? active : detached;
    if (to.containsKey(command.nsid())) {
      throw new CommandFailure(
          attach
              ? CommandFailure.NAMESPACE_ALREADY_ATTACHED
              : CommandFailure.NAMESPACE_NOT_ATTACHED);
    }
    ModelNamespace moved = from.remove(command.nsid());
    if (moved == null) {
      throw new CommandFailure(CommandFailure.INVALID_NAMESPACE);
    }
    to.put(command.nsid(), moved);
    return 0;
  }

  /** All that is kept of the format is that the data are gone. */
  long format(Command command) {
    ModelNamespace namespace = active.get(command.nsid());
    if (namespace == null) {
      throw new CommandFailure(CommandFailure.INVALID_NAMESPACE);
    }
    if ((command.cdw10() & 0xf) != 1) {
      throw new CommandFailure(CommandFailure.INVALID_FORMAT);
    }
    Arrays.fill(namespace.data(), (byte) 0);
    return 0;
  }

  /** Controllers that a namespace, or 0 for any, is attached to: only this one. */
  byte[] controllers(int nsid) {
    byte[] data = new byte[ModelIdentity.BYTES];
    if (nsid == 0 || active.containsKey(nsid)) {
      LittleEndian.put16(data, 0, 1);
      LittleEndian.put16(data, 2, ATTACHED_TO);
    }
    return data;
  }
}
