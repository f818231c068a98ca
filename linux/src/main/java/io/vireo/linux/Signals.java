package io.vireo.linux;

import static io.vireo.linux.ErrnoException.check;

/** Signals, signal(7). Any thread. */
public final class Signals {
  public static final int SIGHUP = 1;
  public static final int SIGINT = 2;
  public static final int SIGQUIT = 3;
  public static final int SIGKILL = 9;
  public static final int SIGUSR1 = 10;
  public static final int SIGTERM = 15;

  private Signals() {}

  /**
   * Sends a signal to this process, as a shell's {@code kill} would.
   *
   * @throws ErrnoException EINVAL when there is no such signal
   */
  public static void toThisProcess(int signal) {
    long pid = ProcessHandle.current().pid();
    check(Syscall.call(Syscall.KILL, pid, signal), "kill", "with signal " + signal);
  }
}
