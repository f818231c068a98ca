package io.vireo.nvme.model;

import java.util.HashMap;
import java.util.Map;

/** Get and set features (Base 5.15, 5.27). */
final class ModelFeatures {
  private static final int QUEUES = 0x07;

  /** Features that are bytes, and how many. */
  private static final Map<Integer, Integer> OF_BYTES = Map.of(0x0e, 8, 0x16, 512, 0x81, 16);

  private final ModelOptions options;
  private final Map<Integer, Integer> numbers = new HashMap<>();
  private final Map<Integer, byte[]> bytes = new HashMap<>();

  ModelFeatures(ModelOptions options) {
    this.options = options;
  }

  void clear() {
    numbers.clear();
    bytes.clear();
  }

  boolean knowsQueues() {
    return numbers.containsKey(QUEUES);
  }

  int number(int feature) {
    return numbers.getOrDefault(feature, 0);
  }

  long get(Command command, DataPointer pointer) {
    int feature = command.cdw10() & 0xff;
    Integer length = OF_BYTES.get(feature);
    if (length != null) {
      pointer.store(command, bytes.getOrDefault(feature, new byte[length]));
      return 0;
    }
    if ((command.cdw10() >>> 8 & 0b111) == 3) {
      return 0b100; // changeable
    }
    return number(feature) & 0xffffffffL;
  }

  long set(Command command, DataPointer pointer) {
    int feature = command.cdw10() & 0xff;
    if (command.cdw10() < 0) {
      throw new CommandFailure(CommandFailure.FEATURE_NOT_SAVEABLE);
    }
    Integer length = OF_BYTES.get(feature);
    if (length != null) {
      bytes.put(feature, pointer.fetch(command, length));
      return 0;
    }
    int value = command.cdw11();
    if (feature == QUEUES) {
      int most = options.ioQueues() - 1;
      value = Math.min(value >>> 16, most) << 16 | Math.min(value & 0xffff, most);
    }
    numbers.put(feature, value);
    return feature == QUEUES ? value & 0xffffffffL : 0;
  }
}
