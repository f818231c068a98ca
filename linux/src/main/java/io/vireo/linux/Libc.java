package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;

/**
 * Files, memory and sockets: one static method per system call, under its usual name.
 *
 * <p>A failure is an {@link ErrnoException} unless the method says otherwise. Calls that a signal
 * interrupted begin again, but for {@link #close} and {@link #poll}. Every descriptor made here is
 * closed on exec. Any thread.
 */
public final class Libc {
  public static final int O_RDONLY = 0;
  public static final int O_WRONLY = 1;
  public static final int O_RDWR = 2;
  public static final int O_CREAT = 0x40;
  public static final int O_EXCL = 0x80;
  public static final int O_TRUNC = 0x200;
  public static final int O_NONBLOCK = 0x800;
  public static final int O_DSYNC = 0x1000;
  public static final int O_DIRECT = 0x4000;
  public static final int O_NOFOLLOW = 0x20000;
  public static final int O_CLOEXEC = 0x80000;

  public static final int PROT_NONE = 0;
  public static final int PROT_READ = 1;
  public static final int PROT_WRITE = 2;

  public static final int MAP_SHARED = 1;
  public static final int MAP_PRIVATE = 2;
  public static final int MAP_FIXED = 0x10;
  public static final int MAP_ANONYMOUS = 0x20;
  public static final int MAP_NORESERVE = 0x4000;
  public static final int MAP_POPULATE = 0x8000;
  public static final int MAP_HUGETLB = 0x40000;
  public static final int MAP_HUGE_2MB = 21 << 26;

  public static final int MADV_DONTNEED = 4;
  public static final int MADV_REMOVE = 9;
  public static final int MADV_HUGEPAGE = 14;
  public static final int MADV_DONTDUMP = 16;
  public static final int MADV_POPULATE_WRITE = 23;

  public static final int MFD_CLOEXEC = 1;
  public static final int MFD_ALLOW_SEALING = 2;
  public static final int MFD_HUGETLB = 4;

  public static final int FALLOC_FL_KEEP_SIZE = 1;
  public static final int FALLOC_FL_PUNCH_HOLE = 2;
  public static final int FALLOC_FL_ZERO_RANGE = 0x10;

  public static final int SOCK_STREAM = 1;
  public static final int SOCK_DGRAM = 2;
  public static final int SOCK_SEQPACKET = 5;

  public static final int MSG_DONTWAIT = 0x40;
  public static final int MSG_NOSIGNAL = 0x4000;

  public static final int POLLIN = 1;
  public static final int POLLOUT = 4;
  public static final int POLLERR = 8;
  public static final int POLLHUP = 0x10;
  public static final int POLLNVAL = 0x20;

  static final int AT_FDCWD = -100;
  static final int AF_UNIX = 1;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int LOCK_EX = 2;
  static final int LOCK_NB = 4;
  static final int F_GETFL = 3;
  static final int F_SETFL = 4;
  static final int F_DUPFD_CLOEXEC = 1030;
  static final int PR_SET_VMA = 0x53564d41;
  static final int PR_SET_VMA_ANON_NAME = 0;

  /** The kernel takes 80 bytes with the terminating zero. */
  private static final int MAX_MAPPING_NAME = 79;

  private static final int POLLFD_BYTES = 8;

  private Libc() {}

  /** Opens {@code path}; {@code mode} counts only with {@link #O_CREAT}. */
  public static int open(String path, int flags, int mode) {
    try (Arena arena = Arena.ofConfined()) {
      long name = arena.allocateFrom(path).address();
      long fd = Syscall.restarting(Syscall.OPENAT, AT_FDCWD, name, flags | O_CLOEXEC, mode);
      return (int) check(fd, "open", "of " + path);
    }
  }

  /** Closes a descriptor; once. An interrupted close has closed it and is never repeated. */
  public static void close(int fd) {
    long result = Syscall.call(Syscall.CLOSE, fd);
    if (result != -Errno.EINTR) {
      check(result, "close", "of descriptor " + fd);
    }
  }

  /** A second descriptor of the same open file. */
  public static int dup(int fd) {
    long copy = Syscall.call(Syscall.FCNTL, fd, F_DUPFD_CLOEXEC, 0);
    return (int) check(copy, "dup", "of descriptor " + fd);
  }

  /** Maps memory; {@code address} 0 leaves the place to the kernel. Answers the address. */
  public static long mmap(long address, long bytes, int prot, int flags, int fd, long offset) {
    long mapped = Syscall.call(Syscall.MMAP, address, bytes, prot, flags, fd, offset);
    return check(mapped, "mmap", "of " + bytes + " bytes");
  }

  public static void munmap(long address, long bytes) {
    check(Syscall.call(Syscall.MUNMAP, address, bytes), "munmap", "of " + bytes + " bytes");
  }

  public static void mprotect(long address, long bytes, int prot) {
    check(
        Syscall.call(Syscall.MPROTECT, address, bytes, prot), "mprotect", "of " + bytes + " bytes");
  }

  public static void madvise(long address, long bytes, int advice) {
    long result = Syscall.restarting(Syscall.MADVISE, address, bytes, advice, 0);
    if (result < 0) { // reactors come here: no text without need
      check(result, "madvise", "with advice " + advice + " of " + bytes + " bytes");
    }
  }

  /** An anonymous file, as /proc/self/maps shows it: {@code /memfd:name}. */
  public static int memfdCreate(String name, int flags) {
    try (Arena arena = Arena.ofConfined()) {
      long address = arena.allocateFrom(name).address();
      long fd = Syscall.call(Syscall.MEMFD_CREATE, address, flags | MFD_CLOEXEC);
      return (int) check(fd, "memfd_create", "of " + name);
    }
  }

  public static void ftruncate(int fd, long bytes) {
    long result = Syscall.restarting(Syscall.FTRUNCATE, fd, bytes, 0, 0);
    check(result, "ftruncate", "to " + bytes + " bytes");
  }

  /** Reads at {@code offset}; answers the bytes read, 0 at the end of the file. */
  public static long pread(int fd, long address, long bytes, long offset) {
    long got = Syscall.restarting(Syscall.PREAD64, fd, address, bytes, offset);
    return check(got, "pread", "of " + bytes + " bytes at " + offset);
  }

  /** Writes at {@code offset}; answers the bytes written, which may be fewer than asked for. */
  public static long pwrite(int fd, long address, long bytes, long offset) {
    long put = Syscall.restarting(Syscall.PWRITE64, fd, address, bytes, offset);
    return check(put, "pwrite", "of " + bytes + " bytes at " + offset);
  }

  public static void fallocate(int fd, int mode, long offset, long bytes) {
    long result = Syscall.restarting(Syscall.FALLOCATE, fd, mode, offset, bytes);
    check(result, "fallocate", "with mode " + mode + " of " + bytes + " bytes at " + offset);
  }

  public static void fsync(int fd) {
    check(Syscall.restarting(Syscall.FSYNC, fd, 0, 0, 0), "fsync", "");
  }

  public static void fdatasync(int fd) {
    check(Syscall.restarting(Syscall.FDATASYNC, fd, 0, 0, 0), "fdatasync", "");
  }

  /**
   * Locks the open file for this descriptor alone (flock): until it is closed, or its process dies.
   * A directory can be locked too.
   *
   * @return false when another open file description holds the lock, in whatever process
   */
  public static boolean tryLock(int fd) {
    long result = Syscall.call(Syscall.FLOCK, fd, LOCK_EX | LOCK_NB);
    if (result == -Errno.EAGAIN) {
      return false;
    }
    check(result, "flock", "of descriptor " + fd);
    return true;
  }

  /** Sets O_NONBLOCK on the open file, so for everybody who shares it. */
  public static void setNonBlocking(int fd) {
    long flags = check(Syscall.call(Syscall.FCNTL, fd, F_GETFL), "fcntl", "F_GETFL");
    check(Syscall.call(Syscall.FCNTL, fd, F_SETFL, flags | O_NONBLOCK), "fcntl", "F_SETFL");
  }

  /** Two connected Unix sockets of a type such as {@link #SOCK_STREAM}. */
  public static int[] socketpair(int type) {
    try (Arena arena = Arena.ofConfined()) {
      long pair = arena.allocate(ValueLayout.JAVA_INT, 2).address();
      long result = Syscall.call(Syscall.SOCKETPAIR, AF_UNIX, type | SOCK_CLOEXEC, 0, pair);
      check(result, "socketpair", "of type " + type);
      return new int[] {Mem.getInt(pair), Mem.getInt(pair + Integer.BYTES)};
    }
  }

  /** Sends on a connected socket; answers the bytes sent or the negative errno. */
  public static long send(int fd, long address, long bytes, int flags) {
    return Syscall.call(Syscall.SENDTO, fd, address, bytes, flags);
  }

  /**
   * Waits until one of {@code fds} is ready.
   *
   * @param events the wanted events of each descriptor; replaced by those that came
   * @param timeoutMillis -1 waits without a limit
   * @return how many descriptors are ready; 0 after the time, and when a signal interrupted
   */
  public static int poll(int[] fds, int[] events, int timeoutMillis) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment table = arena.allocate((long) fds.length * POLLFD_BYTES, Integer.BYTES);
      for (int i = 0; i < fds.length; i++) {
        Mem.putInt(table.address() + (long) i * POLLFD_BYTES, fds[i]);
        Mem.putInt(table.address() + (long) i * POLLFD_BYTES + 4, events[i] & 0xffff);
      }
      long ready = Syscall.call(Syscall.POLL, table.address(), fds.length, timeoutMillis);
      if (ready == -Errno.EINTR) {
        ready = 0;
      }
      check(ready, "poll", "of " + fds.length + " descriptors");
      for (int i = 0; i < fds.length; i++) {
        events[i] = Mem.getInt(table.address() + (long) i * POLLFD_BYTES + 4) >>> 16;
      }
      return (int) ready;
    }
  }

  /**
   * Names an anonymous mapping, as /proc/self/maps shows it: {@code [anon:name]}.
   *
   * <p>A name is a courtesy to who looks: characters that the kernel refuses become {@code _}, and
   * a kernel that keeps no names (built without CONFIG_ANON_VMA_NAME, or for this sort of mapping)
   * is not an error.
   */
  public static void nameMapping(long address, long bytes, String name) {
    String tame = name.replaceAll("[^ -~]|[\\\\`$\\[\\]]", "_");
    tame = tame.substring(0, Math.min(tame.length(), MAX_MAPPING_NAME));
    try (Arena arena = Arena.ofConfined()) {
      long text = arena.allocateFrom(tame, StandardCharsets.US_ASCII).address();
      long result =
          Syscall.call(Syscall.PRCTL, PR_SET_VMA, PR_SET_VMA_ANON_NAME, address, bytes, text, 0);
      if (result != -Errno.EINVAL && result != -Errno.EBADF) {
        check(result, "prctl", "PR_SET_VMA_ANON_NAME " + tame);
      }
    }
  }

  /** The kernel's number of the calling thread. */
  public static int gettid() {
    return (int) Syscall.call(Syscall.GETTID);
  }

  /** What a descriptor refers to: a path, {@code anon_inode:[eventfd]}, {@code socket:[123]}. */
  public static String fdTarget(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      long link = arena.allocateFrom("/proc/self/fd/" + fd).address();
      byte[] target = new byte[4096];
      long buffer = arena.allocate(target.length).address();
      long bytes = Syscall.call(Syscall.READLINKAT, AT_FDCWD, link, buffer, target.length);
      check(bytes, "readlink", "of descriptor " + fd);
      Mem.copy(buffer, target, 0, (int) bytes);
      return new String(target, 0, (int) bytes, StandardCharsets.UTF_8);
    }
  }
}
