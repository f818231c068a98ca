package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Errno;
import io.vireo.nvme.CommandErrors.InjectedError;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Errors that an operator wants a drive's commands to meet, one sort for each queue and opcode. Any
 * thread; asked on the hot path only while there are any.
 */
final class ErrorInjections {
  /** What an error is like, and how many commands are still to meet it. */
  private static final class Injection {
    final InjectedError error;
    private final AtomicLong left;

    Injection(NvmeAddErrorInjection p) {
      int status = (p.sct() & MAX_TYPE) << 8 | p.sc(); // as in the field, the low three bits count
      error = new InjectedError(!p.do_not_submit(), p.timeout_in_us() * NS_OF_US, status);
      left = new AtomicLong(p.err_count());
    }

    /** Takes one of the errors; answers how many there were. */
    long take() {
      return left.getAndUpdate(n -> n == 0 ? 0 : n - 1);
    }

    /** Takes all; answers whether there were any. */
    boolean takeAll() {
      return left.getAndSet(0) > 0;
    }
  }

  private static final int OPCODES = 256;
  private static final int MAX_TYPE = 7;
  private static final int MAX_BYTE = 0xff;
  private static final long MAX_COUNT = 0xffffffffL;
  private static final long MAX_US = 86_400_000_000L; // a day, as of all times
  private static final long NS_OF_US = 1_000;

  private final AtomicReferenceArray<Injection> io = new AtomicReferenceArray<>(OPCODES);
  private final AtomicReferenceArray<Injection> admin = new AtomicReferenceArray<>(OPCODES);
  private final AtomicInteger sorts = new AtomicInteger(); // of which errors are left

  void add(NvmeAddErrorInjection p) {
    check("opc", p.opc(), 0, MAX_BYTE);
    check("sct", p.sct(), 0, MAX_BYTE);
    check("sc", p.sc(), 0, MAX_BYTE);
    check("err_count", p.err_count(), 1, MAX_COUNT);
    check("timeout_in_us", p.timeout_in_us(), 0, MAX_US);
    sorts.incrementAndGet();
    end(of(p.cmd_type()).getAndSet(p.opc(), new Injection(p)));
  }

  private void end(Injection before) {
    if (before != null && before.takeAll()) {
      sorts.decrementAndGet();
    }
  }

  /**
   * Takes one back.
   *
   * @throws BdevException ENOENT when there is none
   */
  void remove(CommandType type, int opcode) {
    check("opc", opcode, 0, MAX_BYTE);
    Injection before = of(type).getAndSet(opcode, null);
    if (before == null) {
      throw new BdevException(
          Errno.ENOENT, "no error is injected for opcode %02xh".formatted(opcode));
    }
    end(before);
  }

  private static void check(String name, long value, long least, long most) {
    if (value < least || value > most) {
      throw BdevException.invalid(
          "%s %d is not between %d and %d".formatted(name, value, least, most));
    }
  }

  private AtomicReferenceArray<Injection> of(CommandType type) {
    return type == CommandType.ADMIN ? admin : io;
  }

  /** Whether any are left. */
  boolean any() {
    return sorts.get() > 0;
  }

  /** The error that a command meets; null: none. */
  InjectedError next(CommandType type, int opcode) {
    Injection injection = of(type).get(opcode);
    long left = injection == null ? 0 : injection.take();
    if (left == 1) {
      sorts.decrementAndGet();
    }
    return left == 0 ? null : injection.error;
  }
}
