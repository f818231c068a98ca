package io.vireo.nvme.model;

/**
 * What a model is like.
 *
 * @param queueEntries CAP.MQES + 1
 * @param doorbellStride CAP.DSTRD
 * @param minPageShift CAP.MPSMIN, as a power of two bytes
 * @param mdts as in the identify data
 * @param ioQueues how many I/O queue pairs it gives
 * @param namespaces how many there are; ids from 1
 * @param blockShift of all of them
 * @param blocks of each of them
 * @param sgls as in the identify data: 0 none, 1 any alignment, 2 dwords
 * @param format of all of them
 * @param shadowDoorbells whether doorbells may lie in memory
 */
public record ModelOptions(
    int queueEntries,
    int doorbellStride,
    int minPageShift,
    int mdts,
    int ioQueues,
    int namespaces,
    int blockShift,
    int blocks,
    int sgls,
    ModelFormat format,
    boolean shadowDoorbells) {
  public static final ModelOptions DEFAULT =
      new ModelOptions(1024, 0, 12, 5, 4, 1, 9, 16384, 0, ModelFormat.PLAIN, false);

  public ModelOptions withSgls(int value) {
    return new ModelOptions(
        queueEntries,
        doorbellStride,
        minPageShift,
        mdts,
        ioQueues,
        namespaces,
        blockShift,
        blocks,
        value,
        format,
        shadowDoorbells);
  }

  public ModelOptions withNamespaces(int count, int shift) {
    return new ModelOptions(
        queueEntries,
        doorbellStride,
        minPageShift,
        mdts,
        ioQueues,
        count,
        shift,
        blocks,
        sgls,
        format,
        shadowDoorbells);
  }

  public ModelOptions withRegisters(int entries, int stride, int pageShift) {
    return new ModelOptions(
        entries,
        stride,
        pageShift,
        mdts,
        ioQueues,
        namespaces,
        blockShift,
        blocks,
        sgls,
        format,
        shadowDoorbells);
  }

  public ModelOptions withBlocks(int value) {
    return new ModelOptions(
        queueEntries,
        doorbellStride,
        minPageShift,
        mdts,
        ioQueues,
        namespaces,
        blockShift,
        value,
        sgls,
        format,
        shadowDoorbells);
  }

  public ModelOptions withMdts(int value) {
    return new ModelOptions(
        queueEntries,
        doorbellStride,
        minPageShift,
        value,
        ioQueues,
        namespaces,
        blockShift,
        blocks,
        sgls,
        format,
        shadowDoorbells);
  }

  public ModelOptions withFormat(ModelFormat value) {
    return new ModelOptions(
        queueEntries,
        doorbellStride,
        minPageShift,
        mdts,
        ioQueues,
        namespaces,
        blockShift,
        blocks,
        sgls,
        value,
        shadowDoorbells);
  }

  public ModelOptions withShadowDoorbells() {
    return new ModelOptions(
        queueEntries,
        doorbellStride,
        minPageShift,
        mdts,
        ioQueues,
        namespaces,
        blockShift,
        blocks,
        sgls,
        format,
        true);
  }
}
