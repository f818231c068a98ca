package io.vireo.daemon;

import io.vireo.linux.Cpu;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.reactor.ReactorGroup;
import java.io.File;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;

/** The threads that are no reactors: the JVM's compilers and collector, calls, sessions. */
public final class Housekeeping {
  private Housekeeping() {}

  /**
   * Keeps them off the reactors' CPUs, if the calling thread may use others. Threads that begin
   * later are kept off by those that begin them; no target can be started on these CPUs by any of
   * them.
   *
   * @param groups of all targets in this process: the reactors of one that is left out are kept off
   *     too, and off their own CPUs
   * @throws ErrnoException it is not allowed to; some may have been kept off
   */
  public static void keepOff(ReactorGroup... groups) {
    BitSet others = Cpu.allowed();
    Set<Integer> settled = new HashSet<>();
    for (ReactorGroup group : groups) {
      others.andNot(group.cpus());
      group.reactors().forEach(reactor -> settled.add(reactor.tid()));
    }
    if (others.isEmpty()) {
      return;
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
