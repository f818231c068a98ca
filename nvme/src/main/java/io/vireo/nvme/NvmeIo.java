package io.vireo.nvme;

import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.RequestCompletion;
import io.vireo.nvme.transport.TransportQueue;

/**
 * One I/O of any length and the host memory of its data, made once by its owner and used again and
 * again. Reactor thread only.
 *
 * <p>Use: {@link #clearData}, {@link #addData} for each piece, then one of {@link NamespaceQueue}'s
 * methods. While it is in flight the owner changes nothing in it; when it was refused, or its
 * completion was called, it is the owner's.
 *
 * <p>Mostly it becomes one command, made in place. What one command cannot say is cut into several
 * by {@link IoSplitter}, which keeps its progress here.
 */
public final class NvmeIo {
  private final NvmeIoCompletion owner;
  private final NvmeRequest whole;

  // What is asked.
  private NamespaceQueue target;
  private int opcode;
  private long lba;
  private long blocks;
  private long cdw12and13; // without the number of blocks
  private long cdw14and15;
  private int unitBytes; // of a block in memory; 0: no data

  // How far it is.
  private boolean inFlight;
  private int commands; // in flight
  private int status;
  private long begunBlocks;
  private int piece; // where the data of the next command begin
  private long pieceBytes;
  private long begunBytes;
  private boolean waiting; // its queue pair will go on with it
  private NvmeIo next; // of those that wait

  /**
   * @param maxPieces how many pieces of memory its data may consist of
   */
  public NvmeIo(NvmeIoCompletion owner, int maxPieces) {
    this.owner = owner;
    this.whole = new NvmeRequest(new WholeEnded(), maxPieces);
  }

  /** The end of the one command that it is. */
  private final class WholeEnded implements RequestCompletion {
    @Override
    public void completed(NvmeRequest request, int endStatus) {
      inFlight = false;
      status = endStatus;
      owner.completed(NvmeIo.this, endStatus);
    }
  }

  /** Forgets the data. */
  public void clearData() {
    whole.clearData();
  }

  /**
   * Adds a piece of data; one that goes on where the last ended is made one with it.
   *
   * @return false when there is no room for another piece, or it is empty
   */
  public boolean addData(long hva, long bytes) {
    return whole.addData(hva, bytes);
  }

  /** How long all pieces are together. */
  public long dataBytes() {
    return whole.totalBytes();
  }

  /** Whether it was taken and did not end yet. */
  public boolean inFlight() {
    return inFlight;
  }

  /** How it ended the last time: {@code NvmeStatus}. */
  public int status() {
    return status;
  }

  /** Writes down what is asked. */
  void ask(
      NamespaceQueue queue,
      int newOpcode,
      long newLba,
      long newBlocks,
      long newCdw12and13,
      int unit) {
    if (inFlight) {
      throw new IllegalStateException("I/O is in flight already");
    }
    target = queue;
    opcode = newOpcode;
    lba = newLba;
    blocks = newBlocks;
    cdw12and13 = newCdw12and13;
    cdw14and15 = 0;
    unitBytes = unit;
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
    request.cdw14and15(cdw14and15);
  }

  /** Taken as one command. */
  void begin() {
    inFlight = true;
    commands = 1;
  }

  /**
   * The rest of it cannot be sent.
   *
   * @return whether it ends with what was begun; else it was not taken
   */
  boolean failUnsent() {
    inFlight = commands > 0;
    fail(NvmeStatus.DATA_TRANSFER_ERROR | NvmeStatus.DNR);
    return inFlight;
  }

  /** Waited, and was sent to its end, or cannot be. */
  void sent(int taken) {
    if (taken != TransportQueue.SUBMITTED) {
      fail(NvmeStatus.DATA_TRANSFER_ERROR | NvmeStatus.DNR);
    }
    endIfDone();
  }

  /** Taken as several. */
  void beginSplit() {
    inFlight = true;
    status = 0;
    commands = 0;
    begunBlocks = 0;
    begunBytes = 0;
    piece = 0;
    pieceBytes = 0;
  }

  /** A command for the next blocks and the data that belong to them was sent. */
  void begun(long count) {
    long bytes = count * unitBytes;
    commands++;
    begunBlocks += count;
    begunBytes += bytes;
    pieceBytes += bytes;
    while (piece < whole.pieces() && pieceBytes >= whole.bytes(piece)) {
      pieceBytes -= whole.bytes(piece++);
    }
  }

  /** One of its commands ended; the last one ends it, if nothing is left to be begun. */
  void commandEnded(int endStatus) {
    commands--;
    fail(endStatus);
    endIfDone();
  }

  /** Keeps the first error; nothing more is begun then. */
  void fail(int endStatus) {
    if (status == 0) {
      status = endStatus;
    }
  }

  /** Ends it when nothing is in flight or left to be begun. */
  void endIfDone() {
    if (commands == 0 && !hasMore() && !waiting) {
      inFlight = false;
      owner.completed(this, status);
    }
  }

  /** Whether more commands are to be sent. */
  boolean hasMore() {
    return status == 0 && begunBlocks < blocks;
  }

  boolean hasBegun() {
    return begunBlocks > 0;
  }

  /** How many bytes of the data belong to commands that were sent. */
  long begunBytes() {
    return begunBytes;
  }

  /** How long a block is in memory; 0 for a command without data. */
  int unitBytes() {
    return unitBytes;
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

  /** The pieces of data, as they were given. */
  NvmeRequest data() {
    return whole;
  }

  /** The first block that no command was sent for. */
  long nextLba() {
    return lba + begunBlocks;
  }

  long blocksLeft() {
    return blocks - begunBlocks;
  }

  /** The piece in which the next command's data begin. */
  int piece() {
    return piece;
  }

  /** How many bytes of {@link #piece} belong to commands before. */
  long pieceBytes() {
    return pieceBytes;
  }

  /** Joins those that wait, the last of which is {@code last}. */
  void await(NvmeIo last) {
    waiting = true;
    if (last != null) {
      last.next = this;
    }
  }

  /** Leaves those that wait; answers who comes after it. */
  NvmeIo leave() {
    NvmeIo after = next;
    waiting = false;
    next = null;
    return after;
  }
}
