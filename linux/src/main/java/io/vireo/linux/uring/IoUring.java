package io.vireo.linux.uring;

import static io.vireo.linux.ErrnoException.check;

import io.vireo.linux.Errno;
import io.vireo.linux.Mem;
import io.vireo.linux.Syscall;
import java.lang.foreign.Arena;

/**
 * An io_uring, created, entered, registered and closed by one thread. Reactor thread only.
 *
 * <p>Completions need the kernel to run in our thread's name. It never interrupts for that; it sets
 * a flag (TASKRUN) which {@link #submit} obeys. So a loop that spins on the completion queue calls
 * {@link #submit} in each round, also with nothing to submit: it costs one load when there is
 * nothing to do.
 */
public final class IoUring implements AutoCloseable {
  static final int IORING_ENTER_GETEVENTS = 1;
  static final int IORING_REGISTER_PROBE = 8;

  /** struct io_uring_probe: u8 last_op, u8 ops_len, then from 16 on the operations. */
  static final int PROBE_BYTES = 16;

  static final int PROBE_OPS_LEN = 1;

  /** struct io_uring_probe_op: u8 op, u8, u16 flags, u32. */
  static final int PROBE_OP_BYTES = 8;

  static final int PROBE_OP_FLAGS = 2;
  static final int IO_URING_OP_SUPPORTED = 1;
  private static final int OPCODES = 256;

  /**
   * How to set a ring up.
   *
   * @param completionEntries how many completions fit; 0 leaves it to the kernel (twice the
   *     submissions)
   */
  public record Options(int completionEntries) {
    public static final Options DEFAULT = new Options(0);
  }

  private final Thread owner = Thread.currentThread();
  private final RingMemory memory;
  private final int fd;
  private final SubmissionQueue sq;
  private final CompletionQueue cq;
  private boolean closed;

  private IoUring(RingMemory memory) {
    this.memory = memory;
    this.fd = memory.fd;
    this.sq = memory.sq;
    this.cq = memory.cq;
  }

  /** A new ring of the calling thread. */
  public static IoUring create(int entries, Options options) {
    return new IoUring(RingMemory.create(entries, options));
  }

  /**
   * Its descriptor, for an epoll of the ring's own thread: completions make it ready, also
   * edge-triggered, or interrupt the sleep.
   */
  public int fd() {
    return fd;
  }

  public SubmissionQueue sq() {
    return sq;
  }

  public CompletionQueue cq() {
    return cq;
  }

  /** Would a round of {@link #submit} and taking completions find something to do? */
  public boolean ready() {
    return cq.waiting() != 0 || sq.queued() != 0 || sq.needsEnter();
  }

  /**
   * Hands the filled entries to the kernel and lets it work off what is due: one system call, or
   * none when neither is needed.
   *
   * @return how many entries the kernel took, the rest stays queued; or a negative errno, with
   *     everything still queued: -EAGAIN and -EBUSY pass when completions have been taken
   */
  public int submit() {
    int queued = sq.publish();
    boolean due = sq.needsEnter();
    if (queued == 0 && !due) {
      return 0;
    }
    return enter(queued, 0, due ? IORING_ENTER_GETEVENTS : 0);
  }

  /**
   * Like {@link #submit}, then sleeps until {@code completions} wait in the queue, at most as many
   * as it holds. For control code: a reactor sleeps on {@link #fd}.
   */
  public int submitAndWait(int completions) {
    int wanted = Math.min(completions, cq.entries());
    int submitted = 0;
    do {
      int result = enter(sq.publish(), wanted, IORING_ENTER_GETEVENTS);
      if (result < 0 && result != -Errno.EINTR) {
        return result;
      }
      submitted += Math.max(0, result);
    } while (cq.waiting() < wanted); // a signal ends the kernel's wait early
    return submitted;
  }

  private int enter(int toSubmit, int minComplete, int flags) {
    return (int) Syscall.call(Syscall.IO_URING_ENTER, fd, toSubmit, minComplete, flags);
  }

  /** Does this kernel know an opcode of {@link Sqe}? */
  public boolean supports(int opcode) {
    try (Arena arena = Arena.ofConfined()) {
      long bytes = PROBE_BYTES + (long) OPCODES * PROBE_OP_BYTES;
      long probe = arena.allocate(bytes, 8).address();
      register(IORING_REGISTER_PROBE, probe, OPCODES, "IORING_REGISTER_PROBE");
      int known = Byte.toUnsignedInt(Mem.getByte(probe + PROBE_OPS_LEN));
      long operation = probe + PROBE_BYTES + (long) opcode * PROBE_OP_BYTES;
      return opcode < known
          && (Mem.getShort(operation + PROBE_OP_FLAGS) & IO_URING_OP_SUPPORTED) != 0;
    }
  }

  private void register(int what, long argument, int count, String detail) {
    checkOwner();
    long result = Syscall.call(Syscall.IO_URING_REGISTER, fd, what, argument, count);
    check(result, "io_uring_register", detail);
  }

  private void checkOwner() {
    if (!Thread.currentThread().equals(owner)) {
      throw new IllegalStateException(
          "the ring belongs to thread "
              + owner.getName()
              + ", not to "
              + Thread.currentThread().getName());
    }
  }

  /**
   * Closes the ring; a second time does nothing. Requests in flight may go on in the kernel and
   * touch their memory, so wait for them first.
   */
  @Override
  public void close() {
    checkOwner();
    if (!closed) {
      closed = true;
      memory.close();
    }
  }
}
