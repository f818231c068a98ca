package io.vireo.nvme.model;

import java.util.Arrays;

/** The zones of a namespace and their states (ZNS 2). Capacity is the whole zone. */
final class ModelZones {
  private static final int EMPTY = 1;
  private static final int IMPLICITLY_OPEN = 2;
  private static final int EXPLICITLY_OPEN = 3;
  private static final int CLOSED = 4;
  private static final int FULL = 14;
  private static final int OFFLINE = 15;
  private static final int BOUNDARY_ERROR = CommandFailure.DNR | 0x1b8;
  private static final int ZONE_IS_FULL = CommandFailure.DNR | 0x1b9;
  private static final int ZONE_IS_OFFLINE = CommandFailure.DNR | 0x1bb;
  private static final int INVALID_WRITE = CommandFailure.DNR | 0x1bc;
  private static final int INVALID_TRANSITION = CommandFailure.DNR | 0x1bf;

  private final int zoneBlocks;
  private final int[] states;
  private final int[] written;

  ModelZones(int zoneBlocks, int blocks) {
    this.zoneBlocks = zoneBlocks;
    this.states = new int[blocks / zoneBlocks];
    this.written = new int[states.length];
    Arrays.fill(states, EMPTY);
  }

  /** Moves the write pointer over blocks that are written at {@code lba}. */
  void write(long lba, int blocks) {
    int zone = (int) (lba / zoneBlocks);
    int state = states[zone];
    if (state == FULL) {
      throw new CommandFailure(ZONE_IS_FULL);
    }
    if (state == OFFLINE) {
      throw new CommandFailure(ZONE_IS_OFFLINE);
    }
    if (lba % zoneBlocks != written[zone]) {
      throw new CommandFailure(INVALID_WRITE);
    }
    if (written[zone] + blocks > zoneBlocks) {
      throw new CommandFailure(BOUNDARY_ERROR);
    }
    written[zone] += blocks;
    boolean full = written[zone] == zoneBlocks;
    int open = state == EXPLICITLY_OPEN ? state : IMPLICITLY_OPEN;
    states[zone] = full ? FULL : open;
  }

  /** Where an append to the zone that begins there goes. */
  long appendPoint(long zoneLba) {
    if (zoneLba % zoneBlocks != 0) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    return zoneLba + written[(int) (zoneLba / zoneBlocks)];
  }

  /** Zone management send; answers which zones were emptied, as first blocks. */
  long[] manage(Command command) {
    int action = command.cdw13() & 0xff;
    if ((command.cdw13() & 1 << 8) == 0) {
      long lba = command.lba();
      if (lba % zoneBlocks != 0 || lba / zoneBlocks >= states.length) {
        throw new CommandFailure(CommandFailure.INVALID_FIELD);
      }
      change((int) (lba / zoneBlocks), action);
      return action == 4 ? new long[] {lba} : new long[0];
    }
    long[] reset = new long[states.length];
    int count = 0;
    for (int zone = 0; zone < states.length; zone++) {
      if (concerns(states[zone], action)) {
        change(zone, action);
        reset[count++] = (long) zone * zoneBlocks;
      }
    }
    return action == 4 ? Arrays.copyOf(reset, count) : new long[0];
  }

  /** Which zones an action for all is for (ZNS 3.4.3). */
  private static boolean concerns(int state, int action) {
    boolean open = state == IMPLICITLY_OPEN || state == EXPLICITLY_OPEN;
    return switch (action) {
      case 1 -> open;
      case 2 -> open || state == CLOSED;
      case 3 -> state == CLOSED;
      case 4 -> open || state == CLOSED || state == FULL;
      default -> false;
    };
  }

  private void change(int zone, int action) {
    int state = states[zone];
    if (state == OFFLINE) {
      throw new CommandFailure(INVALID_TRANSITION);
    }
    switch (action) {
      case 1 -> states[zone] = written[zone] == 0 ? EMPTY : CLOSED;
      case 2 -> states[zone] = FULL;
      case 3 -> {
        if (state == FULL) {
          throw new CommandFailure(INVALID_TRANSITION);
        }
        states[zone] = EXPLICITLY_OPEN;
      }
      case 4 -> {
        states[zone] = EMPTY;
        written[zone] = 0;
      }
      case 5 -> throw new CommandFailure(INVALID_TRANSITION); // only from read only
      default -> throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
  }

  /** Zone management receive (ZNS 3.4.2). */
  byte[] report(Command command, int bytes) {
    byte[] report = new byte[bytes];
    int wanted = command.cdw13() >>> 8 & 0xff;
    boolean partial = (command.cdw13() & 1 << 16) != 0;
    int all = 0;
    int described = 0;
    for (int zone = (int) (command.lba() / zoneBlocks); zone < states.length; zone++) {
      if (!isListed(states[zone], wanted)) {
        continue;
      }
      all++;
      int at = 64 + described * 64;
      if (at + 64 <= bytes) {
        described++;
        report[at] = 2;
        report[at + 1] = (byte) (states[zone] << 4);
        LittleEndian.put64(report, at + 8, zoneBlocks);
        LittleEndian.put64(report, at + 16, (long) zone * zoneBlocks);
        LittleEndian.put64(report, at + 24, (long) zone * zoneBlocks + written[zone]);
      }
    }
    LittleEndian.put64(report, 0, partial ? described : all);
    return report;
  }

  private static boolean isListed(int state, int wanted) {
    int[] states = {0, EMPTY, IMPLICITLY_OPEN, EXPLICITLY_OPEN, CLOSED, FULL, 13, OFFLINE};
    return wanted == 0 || states[wanted] == state;
  }
}
