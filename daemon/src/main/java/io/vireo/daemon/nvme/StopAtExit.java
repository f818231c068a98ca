package io.vireo.daemon.nvme;

/**
 * Has something stopped when the process is told to end (Ctrl-C) before this is closed. For a
 * controller without an IOMMU: it would go on to write to memory that is somebody else's then. And
 * for whatever else a process must not leave behind as it is.
 */
public final class StopAtExit implements AutoCloseable {
  private final Runnable stop;
  private final Thread hook = new Thread(this::end, "stop");
  private boolean over; // guarded by this

  /**
   * @param stop what to do then, on a thread of its own
   */
  public StopAtExit(Runnable stop) {
    this.stop = stop;
    Runtime.getRuntime().addShutdownHook(hook);
  }

  private synchronized void end() {
    if (!over) {
      stop.run();
    }
  }

  /** It has been stopped otherwise; waits for the end of what is being done about it. */
  @Override
  public synchronized void close() {
    over = true;
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The process ends: the hook has run, or finds that it is over.
    }
  }
}
