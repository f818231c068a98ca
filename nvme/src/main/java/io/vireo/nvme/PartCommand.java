package io.vireo.nvme;

import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.RequestCompletion;

/** One of the commands that an I/O was cut into. Reactor thread only. */
final class PartCommand implements RequestCompletion {
  private static final int DATA_TO_HOST = 0b10; // in an opcode (Base 3.3.3.1, figure 87)

  private final IoSplitter splitter;
  private final NvmeRequest request;
  private NvmeIo io;
  private long buffer; // 0: the data lie where the owner has them
  private long offsetBytes; // of the buffer's data in the I/O's

  PartCommand(IoSplitter splitter, int maxPieces) {
    this.splitter = splitter;
    this.request = new NvmeRequest(this, maxPieces);
  }

  NvmeRequest request() {
    return request;
  }

  /** Belongs to that I/O until it ends. */
  void begin(NvmeIo parent) {
    io = parent;
  }

  /** Replaces the data by a buffer that was lent for them. */
  void lend(long hva, long bytes, long offset) {
    buffer = hva;
    offsetBytes = offset;
    request.clearData();
    request.addData(hva, bytes);
  }

  /** Takes the buffer away again; 0 when there is none. */
  long takeBuffer() {
    long lent = buffer;
    buffer = 0;
    return lent;
  }

  @Override
  public void completed(NvmeRequest ended, int status) {
    NvmeIo parent = io;
    int result = NvmeStatus.DATA_TRANSFER_ERROR; // when the owner's memory has gone
    try {
      if (buffer != 0 && status == 0 && (ended.opcode() & DATA_TO_HOST) != 0) {
        parent.data().scatter(offsetBytes, buffer, ended.totalBytes());
      }
      result = status;
    } finally {
      io = null;
      splitter.give(this);
      parent.commandEnded(result);
    }
  }
}
