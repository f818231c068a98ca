package io.vireo.nvme;

import io.vireo.linux.FaultPoint;
import io.vireo.linux.Mem;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.RequestCompletion;

/** One of the commands that an I/O was cut into. Reactor thread only. */
final class PartCommand implements RequestCompletion {
  private final IoSplitter splitter;
  private final NvmeRequest request;
  private NvmeIo io;
  private long buffer; // 0: the data lie where the owner has them
  private long offsetBytes; // of the buffer's data in the I/O's
  private long metadataHva; // the owner's

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
    parent.progress().commandBegun();
  }

  /** Gives it a buffer that was lent, which goes back when it ends. */
  void lend(long hva) {
    buffer = hva;
  }

  /** Copies the next data, and metadata behind them, into the buffer, if they are sent at all. */
  void copyIn(NvmeIo parent, long bytes, long metadataBytes) {
    IoProgress progress = parent.progress();
    offsetBytes = progress.begunBytes();
    metadataHva = parent.metadataHva() + progress.begunBlocks() * parent.unitMetadataBytes();
    request.clearData();
    request.addData(buffer, bytes);
    request.metadata(buffer + bytes, metadataBytes);
    if ((request.opcode() & NvmOpcode.TO_CONTROLLER) != 0) {
      parent.data().gather(offsetBytes, buffer, bytes);
      Mem.copy(metadataHva, buffer + bytes, metadataBytes);
    } else if (request.opcode() != NvmOpcode.READ) {
      // It may answer with less, and what the buffer's last user left is nobody else's affair.
      Mem.fill(buffer, bytes + metadataBytes, (byte) 0);
    }
  }

  private void copyOut(NvmeIo parent) {
    long bytes = request.totalBytes();
    parent.data().scatter(offsetBytes, buffer, bytes);
    Mem.copy(buffer + bytes, metadataHva, request.metadataBytes());
  }

  /** Takes the buffer away again; 0 when there is none. */
  long takeBuffer() {
    long lent = buffer;
    buffer = 0;
    return lent;
  }

  @Override
  public boolean isWanted() {
    return io.isWanted();
  }

  @Override
  public void completed(NvmeRequest ended, int status) {
    NvmeIo parent = io;
    // When the owner's memory has gone, and will not come back.
    int result = NvmeStatus.DATA_TRANSFER_ERROR | NvmeStatus.DNR;
    try {
      if (buffer != 0 && status == 0 && (ended.opcode() & NvmOpcode.TO_HOST) != 0) {
        copyOut(parent);
        FaultPoint.pass();
      }
      result = status;
    } finally {
      io = null;
      parent.result(ended.longResult());
      splitter.give(this);
      parent.progress().commandEnded(result);
    }
  }
}
