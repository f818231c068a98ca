package io.vireo.nvme.model;

import java.util.function.Consumer;

/** What a model is like; never changed once it is made. */
public final class ModelOptions implements Cloneable {
  public static final ModelOptions DEFAULT = new ModelOptions();

  private int queueEntries = 1024;
  private int doorbellStride;
  private int minPageShift = 12;
  private int mdts = 5;
  private int ioQueues = 4;
  private int namespaces = 1;
  private int blockShift = 9;
  private int blocks = 16384;
  private int sgls;
  private ModelFormat format = ModelFormat.PLAIN;
  private boolean shadowDoorbells;

  private ModelOptions() {}

  private ModelOptions with(Consumer<ModelOptions> change) {
    try {
      ModelOptions copy = (ModelOptions) clone();
      change.accept(copy);
      return copy;
    } catch (CloneNotSupportedException e) {
      throw new AssertionError(e);
    }
  }

  public ModelOptions withSgls(int value) {
    return with(o -> o.sgls = value);
  }

  public ModelOptions withNamespaces(int count, int shift) {
    return with(
        o -> {
          o.namespaces = count;
          o.blockShift = shift;
        });
  }

  public ModelOptions withRegisters(int entries, int stride, int pageShift) {
    return with(
        o -> {
          o.queueEntries = entries;
          o.doorbellStride = stride;
          o.minPageShift = pageShift;
        });
  }

  public ModelOptions withBlocks(int value) {
    return with(o -> o.blocks = value);
  }

  public ModelOptions withMdts(int value) {
    return with(o -> o.mdts = value);
  }

  public ModelOptions withFormat(ModelFormat value) {
    return with(o -> o.format = value);
  }

  public ModelOptions withShadowDoorbells() {
    return with(o -> o.shadowDoorbells = true);
  }

  /** CAP.MQES + 1. */
  public int queueEntries() {
    return queueEntries;
  }

  /** CAP.DSTRD. */
  public int doorbellStride() {
    return doorbellStride;
  }

  /** CAP.MPSMIN, as a power of two bytes. */
  public int minPageShift() {
    return minPageShift;
  }

  /** As in the identify data. */
  public int mdts() {
    return mdts;
  }

  /** How many I/O queue pairs it gives. */
  public int ioQueues() {
    return ioQueues;
  }

  /** How many there are; ids from 1. */
  public int namespaces() {
    return namespaces;
  }

  /** Of all namespaces. */
  public int blockShift() {
    return blockShift;
  }

  /** Of each namespace. */
  public int blocks() {
    return blocks;
  }

  /** As in the identify data: 0 none, 1 any alignment, 2 dwords. */
  public int sgls() {
    return sgls;
  }

  /** Of all namespaces. */
  public ModelFormat format() {
    return format;
  }

  /** Whether doorbells may lie in memory. */
  public boolean shadowDoorbells() {
    return shadowDoorbells;
  }
}
