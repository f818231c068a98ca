package io.vireo.nvme.transport;

import io.vireo.linux.Mem;

/**
 * One command and the host memory of its data, made once by its owner and used again and again.
 * Reactor thread only.
 *
 * <p>Use: {@link #clearData}, {@link #addData} for each piece, {@link #command}, the command
 * dwords, then {@link TransportQueue#submit}. While it is in flight the owner changes nothing in
 * it; when submit refused it, or its completion was called, it is the owner's.
 */
public final class NvmeRequest {
  private static final int NOT_IN_FLIGHT = -1;
  private static final int TAKEN_BACK = -2;

  private final RequestCompletion owner;
  private final long[] hvas;
  private final long[] bytes;
  private int pieces;
  private long totalBytes;

  private long metadataHva;
  private long metadataBytes;

  private int opcode; // and above it FUSE, as in CDW0
  private int nsid;
  private long cdw10and11;
  private long cdw12and13;
  private long cdw14and15;
  private long firstPointer;
  private long secondPointer;

  private int commandId = NOT_IN_FLIGHT;
  private int status;
  private long result;
  private long submittedNs;

  /**
   * @param maxPieces how many pieces of memory its data may consist of
   */
  public NvmeRequest(RequestCompletion owner, int maxPieces) {
    this.owner = owner;
    this.hvas = new long[maxPieces];
    this.bytes = new long[maxPieces];
  }

  /** Begins another command, with FUSE of {@code Sqe} or not: all dwords zero; the data stay. */
  public void command(int newOpcode, int newNsid) {
    opcode = newOpcode;
    nsid = newNsid;
    cdw10and11 = 0;
    cdw12and13 = 0;
    cdw14and15 = 0;
    firstPointer = 0;
    secondPointer = 0;
  }

  /** Command dwords 10 (low half) and 11. */
  public void cdw10and11(long pair) {
    cdw10and11 = pair;
  }

  /** Command dwords 12 (low half) and 13. */
  public void cdw12and13(long pair) {
    cdw12and13 = pair;
  }

  /** Command dwords 14 (low half) and 15. */
  public void cdw14and15(long pair) {
    cdw14and15 = pair;
  }

  /** Forgets the data, and the metadata. */
  public void clearData() {
    pieces = 0;
    totalBytes = 0;
    metadataBytes = 0;
  }

  /** Names the buffer of metadata, in one piece, until {@link #clearData}; 0 bytes: none. */
  public void metadata(long hva, long lengthBytes) {
    metadataHva = hva;
    metadataBytes = lengthBytes;
  }

  /**
   * Adds a piece of data; one that goes on where the last ended is made one with it.
   *
   * @return false when there is no room for another piece, or it is empty
   */
  public boolean addData(long hva, long pieceBytes) {
    if (pieceBytes <= 0) {
      return false;
    }
    int last = pieces - 1;
    if (last >= 0 && hvas[last] + bytes[last] == hva) {
      bytes[last] += pieceBytes;
    } else if (pieces == hvas.length) {
      return false;
    } else {
      hvas[pieces] = hva;
      bytes[pieces] = pieceBytes;
      pieces++;
    }
    totalBytes += pieceBytes;
    return true;
  }

  /**
   * Takes over the data of another from a piece's byte on, as many as there is room for.
   *
   * @param skipBytes how much of piece {@code index} is left out
   * @return how many bytes it took, at most {@code maxBytes}
   */
  public long copyPieces(NvmeRequest other, int index, long skipBytes, long maxBytes) {
    clearData();
    long skip = skipBytes;
    for (int i = index; i < other.pieces && totalBytes < maxBytes; i++) {
      long taken = Math.min(other.bytes[i] - skip, maxBytes - totalBytes);
      if (!addData(other.hvas[i] + skip, taken)) {
        break;
      }
      skip = 0;
    }
    return totalBytes;
  }

  /** Leaves out all data behind the first {@code lengthBytes}, of which there are at least one. */
  public void truncate(long lengthBytes) {
    totalBytes = lengthBytes;
    long left = lengthBytes;
    int last = 0;
    while (left > bytes[last]) {
      left -= bytes[last++];
    }
    bytes[last] = left;
    pieces = last + 1;
  }

  /** Copies {@code length} bytes of the data, from {@code skipBytes} on, to {@code to}. */
  public void gather(long skipBytes, long to, long length) {
    transfer(skipBytes, to, length, true);
  }

  /** Copies {@code length} bytes into the data, {@code skipBytes} after their start. */
  public void scatter(long skipBytes, long from, long length) {
    transfer(skipBytes, from, length, false);
  }

  private void transfer(long skipBytes, long memory, long length, boolean out) {
    long skip = skipBytes;
    long done = 0;
    for (int i = 0; done < length; i++) {
      long run = Math.clamp(bytes[i] - skip, 0, length - done);
      long hva = hvas[i] + skip;
      Mem.copy(out ? hva : memory + done, out ? memory + done : hva, run);
      done += run;
      skip = Math.max(0, skip - bytes[i]);
    }
  }

  public int opcode() {
    return opcode & 0xff;
  }

  /** CDW0 without what the queue puts there: the opcode, and FUSE. */
  public int fusedOpcode() {
    return opcode;
  }

  public long metadataHva() {
    return metadataHva;
  }

  /** How long the metadata are that lie apart from the data. */
  public long metadataBytes() {
    return metadataBytes;
  }

  public int nsid() {
    return nsid;
  }

  public long cdw10and11() {
    return cdw10and11;
  }

  public long cdw12and13() {
    return cdw12and13;
  }

  public long cdw14and15() {
    return cdw14and15;
  }

  /** How many pieces of memory the data consist of. */
  public int pieces() {
    return pieces;
  }

  /** Where piece {@code index} begins. */
  public long hva(int index) {
    return hvas[index];
  }

  /** How long piece {@code index} is. */
  public long bytes(int index) {
    return bytes[index];
  }

  /** How long all pieces are together. */
  public long totalBytes() {
    return totalBytes;
  }

  /** Whether it was taken and its owner was not yet told that it ended. */
  public boolean inFlight() {
    return commandId != NOT_IN_FLIGHT;
  }

  /** Whether its owner still wants it to be done. */
  public boolean isWanted() {
    return owner.isWanted();
  }

  /** Whether a queue has it. */
  boolean isQueued() {
    return commandId >= 0;
  }

  /** When it was submitted: as whoever submitted it wrote down. */
  public long submittedNs() {
    return submittedNs;
  }

  public void submittedNs(long nowNs) {
    submittedNs = nowNs;
  }

  /** The id under which a queue has it, for an abort. */
  public int commandId() {
    return commandId;
  }

  /** How it ended the last time: {@code NvmeStatus}. */
  public int status() {
    return status;
  }

  /** Dword 0 of the last completion: the command's result. */
  public int result() {
    return (int) result;
  }

  /** Dwords 0 (low half) and 1 of the last completion, for commands that answer with both. */
  public long longResult() {
    return result;
  }

  /** Names memory in place of data, as the device sees it. */
  void pointers(long first, long second) {
    firstPointer = first;
    secondPointer = second;
  }

  long firstPointer() {
    return firstPointer;
  }

  long secondPointer() {
    return secondPointer;
  }

  /** Taken by a queue. */
  void begin(int id) {
    commandId = id;
  }

  /** Taken out of its queue; its end is still to be told. */
  void takenBack() {
    commandId = TAKEN_BACK;
  }

  /** Tells its owner that a request that was taken back ended. */
  public void endTakenBack(int endStatus) {
    if (commandId != TAKEN_BACK) {
      throw new IllegalStateException("request was not taken back");
    }
    end(endStatus, 0);
  }

  /** Given back by its queue. */
  void end(int endStatus, long endResult) {
    commandId = NOT_IN_FLIGHT;
    status = endStatus;
    result = endResult;
    owner.completed(this, endStatus);
  }
}
