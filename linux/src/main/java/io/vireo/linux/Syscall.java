package io.vireo.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The one way into the kernel: {@code syscall(2)} with up to six words, answered as the kernel
 * answers, a result or a negative errno.
 *
 * <p>One native method handle serves every call: the C library's {@code syscall} loads all six
 * argument registers anyway, so a shorter form would not be faster, and each further handle would
 * cost the start of the program some milliseconds. Pointers are plain words, so nothing is
 * allocated here. Only the {@code linux} module calls this class; the rest of Vireo uses the
 * classes around it.
 */
public final class Syscall {
  static final int READ = 0;
  static final int WRITE = 1;
  static final int CLOSE = 3;
  static final int POLL = 7;
  static final int MMAP = 9;
  static final int MPROTECT = 10;
  static final int MUNMAP = 11;
  public static final int IOCTL = 16;
  static final int PREAD64 = 17;
  static final int PWRITE64 = 18;
  static final int MADVISE = 28;
  public static final int SOCKET = 41;
  static final int CONNECT = 42;
  static final int GETPID = 39;
  static final int SENDTO = 44;
  public static final int RECVFROM = 45;
  static final int SENDMSG = 46;
  static final int RECVMSG = 47;
  public static final int BIND = 49;
  static final int LISTEN = 50;
  static final int GETPEERNAME = 52;
  static final int SOCKETPAIR = 53;
  public static final int SETSOCKOPT = 54;
  static final int GETSOCKOPT = 55;
  static final int KILL = 62;
  static final int FCNTL = 72;
  static final int FLOCK = 73;
  static final int FSYNC = 74;
  static final int FDATASYNC = 75;
  static final int FTRUNCATE = 77;
  static final int FCHMOD = 91;
  static final int GETPGRP = 111;
  static final int FSTATFS = 138;
  static final int PRCTL = 157;
  static final int GETTID = 186;
  static final int SCHED_SETAFFINITY = 203;
  static final int SCHED_GETAFFINITY = 204;
  static final int IO_SETUP = 206;
  static final int IO_GETEVENTS = 208;
  static final int IO_SUBMIT = 209;
  static final int TGKILL = 234;
  static final int EPOLL_WAIT = 232;
  static final int EPOLL_CTL = 233;
  static final int MBIND = 237;
  static final int OPENAT = 257;
  static final int READLINKAT = 267;
  static final int FCHMODAT = 268;
  static final int FALLOCATE = 285;
  static final int ACCEPT4 = 288;
  static final int EVENTFD2 = 290;
  static final int EPOLL_CREATE1 = 291;
  static final int PRLIMIT64 = 302;
  static final int GETCPU = 309;
  static final int MEMFD_CREATE = 319;
  static final int STATX = 332;
  public static final int IO_URING_SETUP = 425;
  public static final int IO_URING_ENTER = 426;
  public static final int IO_URING_REGISTER = 427;

  private static final MethodHandle HANDLE = handle();
  private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
  private static final long ERRNO_OFFSET =
      STATE.byteOffset(MemoryLayout.PathElement.groupElement("errno"));

  /** Where the linker leaves errno, before the JVM can disturb it: one place per thread. */
  private static final ThreadLocal<MemorySegment> ERRNO =
      ThreadLocal.withInitial(() -> Arena.ofAuto().allocate(STATE));

  private Syscall() {}

  private static MethodHandle handle() {
    Linker linker = Linker.nativeLinker();
    FunctionDescriptor words =
        FunctionDescriptor.of(
            JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    SymbolLookup lookup = linker.defaultLookup();
    return linker.downcallHandle(
        lookup.findOrThrow("syscall"),
        words,
        Linker.Option.captureCallState("errno"),
        Linker.Option.firstVariadicArg(1));
  }

  /** Calls the kernel once; answers its result, or the negative errno. Allocates nothing. */
  public static long call(int number, long a, long b, long c, long d, long e, long f) {
    MemorySegment state = ERRNO.get();
    long result;
    try {
      result = (long) HANDLE.invokeExact(state, (long) number, a, b, c, d, e, f);
    } catch (Throwable t) {
      throw new AssertionError("syscall(2) threw", t);
    }
    return result == -1 ? -state.get(JAVA_INT, ERRNO_OFFSET) : result;
  }

  static long call(int number) {
    return call(number, 0, 0, 0, 0, 0, 0);
  }

  static long call(int number, long a) {
    return call(number, a, 0, 0, 0, 0, 0);
  }

  public static long call(int number, long a, long b) {
    return call(number, a, b, 0, 0, 0, 0);
  }

  public static long call(int number, long a, long b, long c) {
    return call(number, a, b, c, 0, 0, 0);
  }

  public static long call(int number, long a, long b, long c, long d) {
    return call(number, a, b, c, d, 0, 0);
  }

  /** Calls until a signal does not interrupt: for calls that may block and may be begun again. */
  static long restarting(int number, long a, long b, long c, long d) {
    long result;
    do {
      result = call(number, a, b, c, d);
    } while (result == -Errno.EINTR);
    return result;
  }
}
