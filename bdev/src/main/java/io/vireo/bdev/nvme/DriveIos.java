package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevIo;

/** Reactor thread only. The requests of a {@link DriveQueue}: as many as can be in flight. */
final class DriveIos {
  /** Of one request before it has ever had more. */
  private static final int PIECES = 32;

  private final DriveIo[] all;
  private DriveIo free;
  private int active;

  DriveIos(DriveQueue queue, int count) {
    all = new DriveIo[count];
    for (int i = 0; i < count; i++) {
      all[i] = new DriveIo(queue, PIECES);
      putFree(all[i]);
    }
  }

  private void putFree(DriveIo request) {
    request.io = null;
    request.next = free;
    free = request;
  }

  /** One that is free; null: there is none. */
  DriveIo take() {
    DriveIo request = free;
    if (request != null) {
      free = request.next;
      active++;
    }
    return request;
  }

  /** It has ended. */
  void give(DriveIo request) {
    active--;
    putFree(request);
  }

  /** How many were taken and not given back. */
  int active() {
    return active;
  }

  /** Whether a bdev's request is one of them. */
  boolean holds(BdevIo io) {
    for (DriveIo request : all) {
      if (request.io == io) {
        return true;
      }
    }
    return false;
  }

  /** Cancels those of a channel. */
  void cancel(NvmeChannel channel, int number) {
    for (DriveIo request : all) {
      if (request.io != null && request.channel == channel) {
        request.cancel(number);
      }
    }
  }

  /**
   * Their controller is reset. One that was there at more than {@code most} resets may be what it
   * cannot bear, and is given up; -1: none is.
   */
  void countReset(int most) {
    for (DriveIo request : all) {
      if (request.io != null && request.inFlight() && ++request.resets > most && most >= 0) {
        request.giveUp();
      }
    }
  }

  /** Whether the driver has some that were cancelled then or before. */
  boolean haveCancelled(int number) {
    for (DriveIo request : all) {
      if (request.cancelled && request.inFlight() && request.cancellation - number <= 0) {
        return true;
      }
    }
    return false;
  }
}
