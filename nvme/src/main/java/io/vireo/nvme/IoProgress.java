package io.vireo.nvme;

import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;

/** How far an I/O is that is more than its own command, or that waits. Reactor thread only. */
final class IoProgress {
  private final NvmeIo io;
  private int commands; // in flight
  private int status; // the first error
  private long begunBlocks;
  private long begunBytes;
  private int piece; // where the data of the next command begin
  private long pieceBytes;
  private boolean waiting; // its queue pair will go on with it
  private NvmeIo next; // of those that wait

  IoProgress(NvmeIo io) {
    this.io = io;
  }

  /** Taken, nothing done. */
  void begin() {
    io.begin();
    status = 0;
    commands = 0;
    rewind();
  }

  /** Nothing was begun after all. */
  void rewind() {
    begunBlocks = 0;
    begunBytes = 0;
    piece = 0;
    pieceBytes = 0;
  }

  /** Passes the next blocks and their data. */
  void pass(long blocks) {
    long bytes = blocks * io.unitBytes();
    NvmeRequest data = io.data();
    begunBlocks += blocks;
    begunBytes += bytes;
    pieceBytes += bytes;
    while (piece < data.pieces() && pieceBytes >= data.bytes(piece)) {
      pieceBytes -= data.bytes(piece++);
    }
  }

  /** A command was sent. */
  void commandBegun() {
    commands++;
  }

  /** One of its commands ended; the last one ends it, if nothing is left to be begun. */
  void commandEnded(int endStatus) {
    commands--;
    fail(endStatus);
    endIfDone();
  }

  /**
   * Keeps the first error; nothing more is begun then. Of a fused operation it is the one that the
   * other command was aborted for.
   */
  void fail(int endStatus) {
    boolean aborted = NvmeStatus.typeAndCode(status) == NvmeStatus.FAILED_FUSED_COMMAND;
    if (status == 0 || (aborted && endStatus != 0)) {
      status = endStatus;
    }
  }

  /** The rest of it cannot be sent. */
  void failUnsent() {
    fail(NvmeStatus.DATA_TRANSFER_ERROR | NvmeStatus.DNR);
  }

  /** Ends it when nothing is in flight or left to be begun. */
  void endIfDone() {
    if (commands == 0 && !hasMore() && !waiting) {
      io.end(status);
    }
  }

  /** Whether more commands are to be sent. */
  boolean hasMore() {
    return status == 0 && begunBlocks < io.blocks();
  }

  boolean hasBegun() {
    return begunBlocks > 0;
  }

  /** How many blocks commands were sent for. */
  long begunBlocks() {
    return begunBlocks;
  }

  /** How many bytes of the data belong to commands that were sent. */
  long begunBytes() {
    return begunBytes;
  }

  long blocksLeft() {
    return io.blocks() - begunBlocks;
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
      last.progress().next = io;
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
