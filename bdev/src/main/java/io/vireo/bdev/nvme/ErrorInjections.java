package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Errno;
import io.vireo.nvme.CommandErrors.InjectedError;
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
      error = new InjectedError(!p.do_not_submit(), p.timeout_in_us() * 1000, status);
      left = new AtomicLong(p.err_count());
    }

    /** Takes one of the errors; false when none is left. */
    boolean take() {
      return left.getAndUpdate(n -> n == 0 ? 0 : n - 1) > 0;
    }
  }

  private static final int OPCODES = 256;
  private static final int MAX_TYPE = 7;

  private final AtomicReferenceArray<Injection> io = new AtomicReferenceArray<>(OPCODES);
  private final AtomicReferenceArray<Injection> admin = new AtomicReferenceArray<>(OPCODES);
  private volatile boolean any;

  void add(NvmeAddErrorInjection p) {
    check("opc", p.opc(), OPCODES - 1);
    check("sct", p.sct(), 0xff);
    check("sc", p.sc(), 0xff);
    of(p.cmd_type()).set(p.opc(), new Injection(p));
    any = true;
  }

  /**
   * Takes one back.
   *
   * @throws BdevException ENOENT when there is none
   */
  void remove(CommandType type, int opcode) {
    check("opc", opcode, OPCODES - 1);
    if (of(type).getAndSet(opcode, null) == null) {
      throw new BdevException(
          Errno.ENOENT, "no error is injected for opcode %02xh".formatted(opcode));
    }
  }

  private static void check(String name, int value, int most) {
    if (value < 0 || value > most) {
      throw BdevException.invalid("%s %d is above %d".formatted(name, value, most));
    }
  }

  private AtomicReferenceArray<Injection> of(CommandType type) {
    return type == CommandType.ADMIN ? admin : io;
  }

  /** Whether there may be any: none was ever added otherwise. */
  boolean any() {
    return any;
  }

  /** The error that a command meets; null: none. */
  InjectedError next(CommandType type, int opcode) {
    Injection injection = of(type).get(opcode);
    return injection != null && injection.take() ? injection.error : null;
  }
}
