package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/**
 * Signals an eventfd that somebody else has, too, and cannot block: who shares an open file may
 * make it blocking at any moment and fill its counter, and a write(2) would then wait for as long
 * as they like.
 *
 * <p>It is the kernel that signals, as it does for interrupts of its own: Linux AIO signals an
 * eventfd at the end of a request, and a request that reads nothing ends while it is submitted. A
 * counter that is full stays so. It takes some 300 ns, a write(2) 130.
 *
 * <p>Signals come from any thread; who closes makes sure that nobody signals any more.
 */
final class AioSignal implements AutoCloseable {
  // struct iocb
  static final int OPCODE = 16;
  static final int FD = 20;
  static final int FLAGS = 56;
  static final int EVENT_FD = 60;
  static final int IOCB_BYTES = 64;

  static final int IO_EVENT_BYTES = 32;

  static final int IOCB_CMD_PREAD = 0;
  static final int IOCB_FLAG_RESFD = 1;
  private static final int NONE = -1;

  /** Requests whose results the kernel keeps before it wants them to be fetched. */
  private static final int RESULTS = 128;

  /**
   * After the results were fetched there is room, unless as many others were quicker, each time.
   */
  private static final int TRIES = 2000; // half of them fetch

  /** Each has a lock in the kernel: reactors are not to meet at one. */
  private static final int CONTEXTS = 8;

  /** What all signals share, made with the first: contexts, and an empty file to read. */
  private static final class Shared {
    static final long[] CONTEXT = new long[CONTEXTS]; // or the negative errno
    static final int EMPTY = Libc.memfdCreate("vireo-empty", 0);
    static final long RESULTS_READ =
        Arena.global().allocate((long) RESULTS * IO_EVENT_BYTES, 8).address(); // by nobody

    static {
      Arrays.setAll(CONTEXT, i -> setUp());
    }

    private static long setUp() {
      try (Arena arena = Arena.ofConfined()) {
        long context = arena.allocate(Long.BYTES, 8).address();
        long result = Syscall.call(Syscall.IO_SETUP, RESULTS, context);
        return result < 0 ? result : Mem.getLong(context);
      }
    }
  }

  /** The request, and behind it its address. The kernel keeps neither. */
  private final MemorySegment request = Arena.ofAuto().allocate(IOCB_BYTES + Long.BYTES, 8);

  private final long requestPointer = request.address() + IOCB_BYTES;
  private final long context;

  /**
   * @throws ErrnoException when the kernel has no AIO for us
   */
  AioSignal(int eventFd) {
    check(error(), "io_setup", "");
    context = Shared.CONTEXT[eventFd % CONTEXTS];
    long iocb = request.address();
    Mem.putShort(iocb + OPCODE, (short) IOCB_CMD_PREAD);
    Mem.putInt(iocb + FD, Shared.EMPTY);
    Mem.putInt(iocb + FLAGS, IOCB_FLAG_RESFD);
    Mem.putInt(iocb + EVENT_FD, eventFd);
    Mem.putLong(requestPointer, iocb);
  }

  /** Sets up what all signals share: 0, or the negative errno. */
  static int error() {
    return (int) Math.min(Arrays.stream(Shared.CONTEXT).min().orElseThrow(), 0);
  }

  /** Adds one, if the counter is not full; 0, or the negative errno. Allocates nothing. */
  int signal() {
    long submitted = -Errno.EAGAIN;
    boolean fetches = false;
    for (int i = 0; submitted == -Errno.EAGAIN && i < TRIES; i++) {
      // One call for both: that which is rare would never be compiled well, and allocate.
      long result =
          Syscall.call(
              fetches ? Syscall.IO_GETEVENTS : Syscall.IO_SUBMIT,
              context,
              fetches ? 0 : 1,
              fetches ? RESULTS : requestPointer,
              fetches ? Shared.RESULTS_READ : 0);
      submitted = fetches ? submitted : result;
      fetches = !fetches;
    }
    return (int) Math.min(submitted, 0);
  }

  /** The descriptor's number may be another's soon. */
  @Override
  public void close() {
    Mem.putInt(request.address() + EVENT_FD, NONE);
  }
}
