package io.vireo.nvme.model;

import java.util.Arrays;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntConsumer;
import java.util.function.LongUnaryOperator;

/**
 * An NVMe controller in plain memory. Nothing happens but in {@link #step}: called by the test, or
 * by the thread that {@link #start} begins. Other methods may be called by any thread.
 */
public final class ControllerModel implements AutoCloseable {
  private static final long IDLE_NS = 1_000;

  private final ModelBar bar = new ModelBar();
  private final Faults faults = new Faults();
  private final NavigableMap<Integer, ModelNamespace> namespaces = new TreeMap<>();
  private final ModelNamespaces allNamespaces;
  private final HostView host;
  private final ModelRegisters registers;
  private final ModelQueues queues;
  private final AdminCommands admin;
  private final CommandExecution execution;
  private boolean ready;
  private long steps;
  private byte[] doorbells; // as they were when it was disabled
  private int rungWhileDisabled;
  private Thread thread;
  private volatile boolean running;
  private volatile Throwable failure;

  /**
   * @param hvaOfIova where the device finds host memory, good within 4 KiB; -1: nothing there
   */
  public ControllerModel(ModelOptions options, LongUnaryOperator hvaOfIova) {
    this.host = new HostView(hvaOfIova);
    this.registers = new ModelRegisters(bar.address(), options, faults);
    this.queues =
        new ModelQueues(host, new ModelDoorbells(host, registers, options.doorbellStride()));
    this.allNamespaces = new ModelNamespaces(options, namespaces);
    this.admin = new AdminCommands(options, faults, queues, allNamespaces);
    this.execution = new CommandExecution(options, faults, registers, queues, admin, namespaces);
    for (int id = 1; id <= options.namespaces(); id++) {
      namespaces.put(id, allNamespaces.make(options.blocks()));
    }
  }

  public long bar() {
    return bar.address();
  }

  public long barBytes() {
    return ModelBar.BYTES;
  }

  /** The device is pulled out: what is mapped of its BAR is not there any more. */
  public synchronized void loseBar() {
    bar.lose();
  }

  public Faults faults() {
    return faults;
  }

  public synchronized ModelNamespace namespace(int id) {
    return namespaces.get(id);
  }

  /** Detaches a namespace: it is not active any more. */
  public synchronized void removeNamespace(int id) {
    namespaces.remove(id);
    admin.logs().change(id);
  }

  /** A namespace comes, or is another one from now on. */
  public synchronized void putNamespace(int id, int blocks) {
    namespaces.put(id, allNamespaces.make(blocks));
    admin.logs().change(id);
  }

  /** A namespace has another size from now on; what lies on it stays. */
  public synchronized void resizeNamespace(int id, int blocks) {
    ModelNamespace before = namespaces.get(id);
    putNamespace(id, blocks);
    namespaces.get(id).takeOver(before);
  }

  /** An asynchronous event happens (Base 5.2). */
  public synchronized void event(int type, int info, int page) {
    if (type == 1) {
      admin.logs().page(page)[0] |= (byte) (1 << ModelEvents.warningBit(info));
    }
    admin.events().happen(type, info, page);
  }

  /** How many requests for events wait. */
  public synchronized int eventRequests() {
    return admin.events().requests();
  }

  public ModelLogs logs() {
    return admin.logs();
  }

  /** How many keep alive commands it got. */
  public synchronized int keepAlives() {
    return admin.keepAlives();
  }

  /** In how many resets a doorbell of an I/O queue was stored to while it was disabled. */
  public synchronized int rungWhileDisabled() {
    return rungWhileDisabled;
  }

  /** Who is told the vector of each interrupt, by whoever steps; -1 is none. */
  public synchronized void onInterrupt(IntConsumer listener) {
    queues.onInterrupt(listener);
  }

  /** How many I/O commands it fetched since it was made, and dealt with. */
  public synchronized long fetchedIo() {
    return execution.fetchedIo();
  }

  /** How many commands it fetched since it was made. */
  public synchronized long fetched() {
    return queues.fetched();
  }

  /**
   * Looks at registers and doorbells, executes what was submitted, tells the ends that are due.
   *
   * @return how many commands were fetched and ends told
   */
  public synchronized int step() {
    steps++;
    if (bar.isLost()) {
      return 0;
    }
    if (faults.isGone()) {
      registers.vanish(faults.goneByte());
      return 0;
    }
    registers.step();
    if (registers.isReady() != ready) {
      ready = registers.isReady();
      changeReady();
    }
    registers.tellStatus();
    if (!ready || faults.isFatal()) {
      return 0;
    }
    execution.step(steps);
    int fetched = queues.fetch(execution);
    admin.events().tell();
    return fetched + queues.tellDue(steps, faults.reorderSeed());
  }

  private void changeReady() {
    if (ready && doorbells != null && !Arrays.equals(doorbells, registers.ioDoorbells())) {
      rungWhileDisabled++;
    }
    queues.clear();
    admin.clear();
    execution.reset(new DataPointer(host, registers.pageBytes()));
    doorbells = ready ? null : registers.ioDoorbells();
    if (ready) {
      queues.addCq(0, registers.adminCq(), registers.adminCqEntries(), 0);
      queues.addSq(0, registers.adminSq(), registers.adminSqEntries(), 0);
    }
  }

  /** Has a thread of its own step it until it is closed. */
  public void start() {
    running = true;
    thread =
        Thread.ofPlatform()
            .daemon()
            .name("nvme-model")
            .uncaughtExceptionHandler((t, e) -> failure = e)
            .start(this::run);
  }

  private void run() {
    while (running) {
      if (step() == 0) {
        LockSupport.parkNanos(IDLE_NS);
      }
    }
  }

  /** Ends its thread; fails if that met something that a driver must not do. */
  @Override
  public void close() {
    running = false;
    if (thread != null) {
      joinThread();
    }
    bar.close();
    if (failure != null) {
      throw new AssertionError("the model's thread failed", failure);
    }
  }

  private void joinThread() {
    try {
      thread.join();
    } catch (InterruptedException e) {
      throw new AssertionError("interrupted while the model's thread ends", e);
    }
  }
}
