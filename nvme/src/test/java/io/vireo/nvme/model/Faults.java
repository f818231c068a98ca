package io.vireo.nvme.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import java.util.function.Predicate;

/** What shall go wrong. Any thread. */
public final class Faults {
  /** What happens to a command. */
  public enum Kind {
    /** Ends with the given status, not executed. */
    STATUS,
    /** Ends so many steps later. */
    DELAY,
    /** Executed, but its end is never told; an abort finds it. */
    DROP,
    /** Neither executed nor ended; an abort does not find it. */
    LOST,
    /** Its end is told twice. */
    DUPLICATE,
    /** Before its end, the end of a command that nobody sent is told: its id plus the value. */
    STRAY,
    /** Its end is written with the phase of the last pass first; so many steps later rightly. */
    BAD_PHASE,
    /** Not executed: the controller meets a fatal error. */
    FATAL,
    /** Not executed: the device is gone. */
    GONE
  }

  private record Rule(Predicate<Command> which, Kind kind, int value, boolean once) {}

  private record Lie(Predicate<Command> which, Consumer<ByteBuffer> change) {}

  /** What to do with one command. */
  record Verdict(Kind kind, int value) {}

  private final Queue<Rule> rules = new ConcurrentLinkedQueue<>();
  private final Queue<Lie> lies = new ConcurrentLinkedQueue<>();
  private volatile long reorderSeed;
  private volatile int readyDelaySteps;
  private volatile boolean readyStuck;
  private volatile boolean shutdownStuck;
  private volatile boolean fatal;
  private volatile boolean eventFlood;
  private volatile boolean gone;
  private volatile int goneByte;

  /** The next command that fits meets the fault. */
  public void once(Predicate<Command> which, Kind kind, int value) {
    rules.add(new Rule(which, kind, value, true));
  }

  /** Every command that fits meets the fault. */
  public void always(Predicate<Command> which, Kind kind, int value) {
    rules.add(new Rule(which, kind, value, false));
  }

  /** What every command that fits answers is changed: the controller tells something else. */
  public void lie(Predicate<Command> which, Consumer<ByteBuffer> change) {
    lies.add(new Lie(which, change));
  }

  /** From now on a number of identify data (Base 5.17) is another. */
  public void lieInIdentify(int cns, int at, long value, int bytes) {
    lie(
        command -> command.isAdmin() && command.opcode() == 0x06 && (command.cdw10() & 0xff) == cns,
        data -> {
          for (int i = 0; i < bytes; i++) {
            data.put(at + i, (byte) (value >>> (i * 8)));
          }
        });
  }

  /** No command meets a fault any more, and none lies. */
  public void clear() {
    rules.clear();
    lies.clear();
  }

  /** Makes of the data that a command answers what was told to. */
  void falsify(Command command, byte[] data) {
    for (Lie lie : lies) {
      if (lie.which().test(command)) {
        lie.change().accept(ByteBuffer.wrap(data).order(ByteOrder.LITTLE_ENDIAN));
      }
    }
  }

  Verdict verdict(Command command) {
    Rule met = null;
    for (Rule rule : rules) {
      if (met == null && rule.which().test(command)) {
        met = rule;
      }
    }
    if (met == null) {
      return null;
    }
    if (met.once()) {
      rules.remove(met);
    }
    return new Verdict(met.kind(), met.value());
  }

  /** Ends that are due together are told in an order drawn from the seed; 0: as they came. */
  public void reorder(long seed) {
    reorderSeed = seed;
  }

  long reorderSeed() {
    return reorderSeed;
  }

  /** CSTS.RDY follows CC.EN so many steps later. */
  public void delayReady(int steps) {
    readyDelaySteps = steps;
  }

  int readyDelaySteps() {
    return readyDelaySteps;
  }

  /** CSTS.RDY never changes any more. */
  public void stickReady(boolean stuck) {
    readyStuck = stuck;
  }

  public boolean readyIsStuck() {
    return readyStuck;
  }

  /** A shutdown never completes. */
  public void stickShutdown(boolean stuck) {
    shutdownStuck = stuck;
  }

  boolean shutdownStuck() {
    return shutdownStuck;
  }

  /** CSTS.CFS is set until the controller is disabled; no command is executed. */
  public void fatal(boolean value) {
    fatal = value;
  }

  boolean isFatal() {
    return fatal;
  }

  /** Every request for an event is answered at once, each time with another event. */
  public void floodEvents(boolean value) {
    eventFlood = value;
  }

  boolean floodsEvents() {
    return eventFlood;
  }

  /** The device is gone: every register reads all ones. */
  public void gone() {
    gone(0xff);
  }

  /** The device is gone: every byte of its registers reads the same. */
  public void gone(int registerByte) {
    goneByte = registerByte;
    gone = true;
  }

  int goneByte() {
    return goneByte;
  }

  boolean isGone() {
    return gone;
  }
}
