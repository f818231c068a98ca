package io.vireo.daemon;

import io.vireo.linux.Cpu;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import java.io.File;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/** The threads that are no reactors: the JVM's compilers and collector, calls, sessions. */
final class Housekeeping {
  private Housekeeping() {}

  /**
   * Keeps them off the reactors' CPUs, if the process may use others. Threads that begin later are
   * kept off by those that begin them.
   *
   * @throws ErrnoException it is not allowed to; some may have been kept off
   */
  static void keepOff(ReactorGroup reactors) {
    BitSet others = Cpu.allowed();
    others.andNot(reactors.cpus());
    if (others.isEmpty()) {
      return;
    }
    Set<Integer> settled = new HashSet<>();
    for (Reactor reactor : reactors.reactors()) {
      settled.add(reactor.tid());
    }
    int before;
    do { // until none has begun meanwhile
      before = settled.size();
      for (String tid : new File("/proc/self/task").list()) {
        if (settled.add(Integer.parseInt(tid))) {
          allow(Integer.parseInt(tid), others);
        }
      }
    } while (settled.size() > before);
  }

  private static void allow(int tid, BitSet cpus) {
    try {
      Cpu.allow(tid, cpus);
    } catch (ErrnoException e) {
      // One that has ended, or one of the kernel's for io_uring, which places them itself.
      if (e.errno() != Errno.ESRCH && e.errno() != Errno.EINVAL) {
        throw e;
      }
    }
  }
}
