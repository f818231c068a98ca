package io.vireo.nvme;

import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.RequestCompletion;

/**
 * One I/O of any length and the host memory of its data, made once by its owner and used again and
 * again. Reactor thread only.
 *
 * <p>Use: {@link #clearData}, {@link #addData} for each piece, then one of {@link NamespaceQueue}'s
 * methods. While it is in flight the owner changes nothing in it; when it was refused, or its
 * completion was called, it is the owner's.
 *
 * <p>Mostly it becomes one command, made in place. What one command cannot say is cut into several,
 * of which {@link IoProgress} keeps account.
 */
public final class NvmeIo {
  /** How it becomes commands. */
  enum Kind {
    /** Each does some of the blocks. */
    BLOCKS,
    /** Each does some of the ranges; a block is one "byte" of the pieces. */
    RANGES,
    /** Two, one half of the data each. */
    FUSED
  }

  private final NvmeIoCompletion owner;
  private final NvmeRequest whole;
  private final IoProgress progress = new IoProgress(this);
  private long metadataHva;
  private long metadataBytes;
  private long tags; // as command dwords 14 and 15

  // What is asked.
  private Kind kind = Kind.BLOCKS;
  private NamespaceQueue target;
  private int opcode;
  private long lba;
  private long blocks;
  private int unitBytes; // of a block in memory; 0: no data
  private int unitMetadataBytes; // of a block, apart from its data
  private long cdw12and13; // without the number of blocks
  private long cdw14and15;
  private boolean refersToBlock; // the reference tag is the block's number
  private boolean countsReference; // the reference tag grows with the block

  private boolean inFlight;
  private boolean wanted;
  private int status;
  private long result;

  /**
   * @param maxPieces how many pieces of memory, or ranges, it may consist of
   */
  public NvmeIo(NvmeIoCompletion owner, int maxPieces) {
    this.owner = owner;
    this.whole = new NvmeRequest(new WholeEnded(), maxPieces);
  }

  /** The end of the one command that it is. */
  private final class WholeEnded implements RequestCompletion {
    @Override
    public void completed(NvmeRequest request, int endStatus) {
      result = request.longResult();
      end(endStatus);
    }

    @Override
    public boolean isWanted() {
      return wanted;
    }
  }

  /** Forgets the data, or the ranges, and the metadata. */
  public void clearData() {
    whole.clearData();
    metadataBytes = 0;
  }

  /**
   * Adds a piece of data; one that goes on where the last ended is made one with it.
   *
   * @return false when there is no room for another piece, or it is empty
   */
  public boolean addData(long hva, long bytes) {
    return whole.addData(hva, bytes);
  }

  /**
   * Adds a range of blocks, for {@link NamespaceQueue#deallocate} and {@link NamespaceQueue#copy},
   * in place of data; one that goes on where the last ended is made one with it.
   *
   * @return false when there is no room for another range, or it is empty
   */
  public boolean addRange(long firstBlock, long count) {
    return whole.addData(firstBlock, count);
  }

  /** Names the buffer for metadata that lie apart from the data, until {@link #clearData}. */
  public void metadata(long hva, long bytes) {
    metadataHva = hva;
    metadataBytes = bytes;
  }

  /**
   * What protection information shall say (NVM 5.2): used with {@code NvmOpcode.PRACT} and the
   * {@code PRCHK} flags, kept until it is said anew.
   *
   * @param reference of the first block; in type 1 it is the block's number and need not be said
   * @param application two bytes
   * @param mask which bits of the application tag are checked
   */
  public void tags(int reference, int application, int mask) {
    tags =
        (long) (mask & 0xffff) << 48
            | (application & 0xffffL) << 32
            | Integer.toUnsignedLong(reference);
  }

  /** How long all pieces are together; of ranges, how many blocks they are. */
  public long dataBytes() {
    return whole.totalBytes();
  }

  /** How long the metadata are that lie apart. */
  public long metadataBytes() {
    return metadataBytes;
  }

  /** Whether it was taken and did not end yet. */
  public boolean inFlight() {
    return inFlight;
  }

  /** Nobody wants it any more: {@link IoQueuePair#endUnwanted} ends it, or a reset does. */
  public void cancel() {
    wanted = false;
    progress.fail(NvmeStatus.ABORTED_BY_HOST); // no more commands, if it is several
  }

  boolean isWanted() {
    return wanted;
  }

  /** How it ended the last time: {@code NvmeStatus}. */
  public int status() {
    return status;
  }

  /** Dwords 0 (low half) and 1 of its last completion: the result of commands that have one. */
  public long result() {
    return result;
  }

  /** Writes down what is asked. */
  void ask(
      NamespaceQueue queue, int newOpcode, long newLba, long newBlocks, long dwords, int unit) {
    if (inFlight) {
      throw new IllegalStateException("I/O is in flight already");
    }
    kind = Kind.BLOCKS;
    wanted = true;
    target = queue;
    opcode = newOpcode;
    lba = newLba;
    blocks = newBlocks;
    unitBytes = unit;
    unitMetadataBytes = 0;
    cdw12and13 = dwords;
    cdw14and15 = 0;
    refersToBlock = false;
    countsReference = false;
  }

  /** The same of another kind. */
  void kind(Kind other) {
    kind = other;
  }

  /** Adds command dwords 14 and 15. */
  void dwords14and15(long pair) {
    cdw14and15 = pair;
  }

  /**
   * Adds what it has to say of metadata.
   *
   * @param apartBytes of a block, in the buffer for metadata; 0: none there
   * @param ofBlock whether the reference tag is the block's number
   * @param counts whether the reference tag grows with the block
   */
  void metadata(int apartBytes, boolean ofBlock, boolean counts) {
    unitMetadataBytes = apartBytes;
    cdw14and15 = ofBlock ? withReference(tags, lba) : tags;
    refersToBlock = ofBlock;
    countsReference = counts;
    whole.metadata(metadataHva, blocks * apartBytes);
  }

  /** Makes its own request the command for all of it. */
  NvmeRequest wholeCommand() {
    put(whole, lba, blocks);
    return whole;
  }

  /** Writes the command for some of the blocks. */
  void put(NvmeRequest request, long firstBlock, long count) {
    request.command(opcode, target.namespaceId());
    request.cdw10and11(firstBlock);
    request.cdw12and13(cdw12and13 | count - 1);
    request.cdw14and15(tagsAt(firstBlock));
  }

  /** The tags from that block on, as command dwords 14 and 15. */
  long tagsAt(long block) {
    return countsReference && block != lba
        ? withReference(cdw14and15, cdw14and15 + block - lba)
        : cdw14and15;
  }

  /** The tags from {@code source} on, of what a copy brings to {@code block} and on. */
  long tagsOfSource(long source, long block) {
    return refersToBlock ? withReference(cdw14and15, source) : tagsAt(block);
  }

  /** Tags with another reference tag: the low half of {@code reference}. */
  private static long withReference(long tags, long reference) {
    return (tags & ~0xffffffffL) | (reference & 0xffffffffL);
  }

  void begin() {
    inFlight = true;
  }

  /** Not taken after all. */
  void refuse() {
    inFlight = false;
  }

  /** Keeps what a command answered with. */
  void result(long dwords) {
    result = dwords;
  }

  /** Tells its owner. */
  void end(int endStatus) {
    inFlight = false;
    status = endStatus;
    owner.completed(this, endStatus);
  }

  IoProgress progress() {
    return progress;
  }

  Kind kind() {
    return kind;
  }

  NamespaceQueue target() {
    return target;
  }

  int opcode() {
    return opcode;
  }

  long lba() {
    return lba;
  }

  long blocks() {
    return blocks;
  }

  long cdw12and13() {
    return cdw12and13;
  }

  /** How long a block is in memory; 0 for a command without data. */
  int unitBytes() {
    return unitBytes;
  }

  /** How long a block's metadata are apart from its data. */
  int unitMetadataBytes() {
    return unitMetadataBytes;
  }

  long metadataHva() {
    return metadataHva;
  }

  /** The pieces of data, as they were given. */
  NvmeRequest data() {
    return whole;
  }
}
