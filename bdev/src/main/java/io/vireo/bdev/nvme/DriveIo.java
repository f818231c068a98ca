package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoType;
import io.vireo.nvme.NvmeIo;
import io.vireo.nvme.NvmeIoCompletion;
import io.vireo.nvme.spec.NvmOpcode;

/**
 * Reactor thread only. A bdev's request on its way through a {@link DriveQueue}, used again and
 * again: which commands it becomes, and how often they were tried.
 */
final class DriveIo implements NvmeIoCompletion {
  /** No error is injected. */
  static final int NONE = -1;

  private final DriveQueue queue;
  private NvmeIo commands;
  private int maxPieces;

  NvmeChannel channel;
  BdevIo io;

  /** How often it failed. */
  int failures;

  /** How many resets of the controller it has met. */
  int resets;

  /** What it is to end with, whatever the controller says; {@link #NONE}: what that says. */
  int injectedStatus;

  /** When the driver got it the last time, by the reactor's clock. */
  long sentNs;

  /** Nobody wants it any more: it is not tried again. */
  boolean cancelled;

  /** By which of its queue's cancellations. */
  int cancellation;

  /** When it is tried again, by the reactor's clock. */
  long dueNs;

  /** Next in the list it is in. */
  DriveIo next;

  private boolean flushing; // the second step of an unmap that is to be durable

  DriveIo(DriveQueue queue, int maxPieces) {
    this.queue = queue;
    makeRoom(maxPieces);
  }

  private void makeRoom(int pieces) {
    maxPieces = pieces;
    commands = new NvmeIo(this, pieces);
  }

  @Override
  public void completed(NvmeIo ended, int status) {
    queue.completed(this, status);
  }

  void begin(NvmeChannel of, BdevIo request) {
    channel = of;
    io = request;
    failures = 0;
    resets = 0;
    injectedStatus = NONE;
    cancelled = false;
    flushing = false;
  }

  /** It is not sent again. */
  void giveUp() {
    cancelled = true;
    commands.cancel();
  }

  /** A reset of its disk wants it to end soon. */
  void cancel(int number) {
    cancellation = cancelled ? cancellation : number;
    cancelled = true;
    if (inFlight()) {
      commands.cancel();
    }
  }

  /** Takes over the buffers, or the ranges in their place. */
  void takeData() {
    boolean ranges = io.type() == IoType.UNMAP;
    int pieces = ranges ? io.rangeCount() : io.bufferCount();
    if (pieces > maxPieces) {
      makeRoom(pieces);
    }
    commands.clearData();
    for (int i = 0; i < pieces; i++) {
      if (ranges) {
        int shift = channel.blockShift();
        commands.addRange(io.rangeOffsetBytes(i) >>> shift, io.rangeBytes(i) >>> shift);
      } else {
        commands.addData(io.buffer(i), io.bufferBytes(i));
      }
    }
  }

  /** Hands it to the driver: that one's answer. */
  int submit() {
    if (flushing) {
      return channel.namespace().flush(commands);
    }
    int shift = channel.blockShift();
    long lba = io.offsetBytes() >>> shift;
    long blocks = io.lengthBytes() >>> shift;
    int flags = channel.protection() | (io.fua() ? NvmOpcode.FUA : 0);
    return switch (io.type()) {
      case READ -> channel.namespace().read(commands, lba, blocks, channel.protection());
      case WRITE -> channel.namespace().write(commands, lba, blocks, flags);
      case UNMAP -> channel.namespace().deallocate(commands);
      case WRITE_ZEROES ->
          channel
              .namespace()
              .writeZeroes(commands, lba, blocks, flags | (io.mayUnmap() ? NvmOpcode.DEAC : 0));
      case FLUSH -> channel.namespace().flush(commands);
      case RESET -> throw new AssertionError("answered by the channel");
    };
  }

  /** Of the command that comes next. */
  int opcode() {
    if (flushing) {
      return NvmOpcode.FLUSH;
    }
    return switch (io.type()) {
      case READ -> NvmOpcode.READ;
      case WRITE -> NvmOpcode.WRITE;
      case UNMAP -> NvmOpcode.DATASET_MANAGEMENT;
      case WRITE_ZEROES -> NvmOpcode.WRITE_ZEROES;
      case FLUSH -> NvmOpcode.FLUSH;
      case RESET -> throw new AssertionError("answered by the channel");
    };
  }

  /** Whether it need not be kept: the driver has it, or it has ended. */
  boolean isOver() {
    return io == null || inFlight();
  }

  /** Whether the driver has it. */
  boolean inFlight() {
    return commands.inFlight();
  }

  /** Whether another command must follow the one that succeeded: dataset management has no FUA. */
  boolean hasSecondStep() {
    boolean wanted = !flushing && io.type() == IoType.UNMAP && io.fua() && channel.writeCache();
    flushing |= wanted;
    return wanted;
  }
}
