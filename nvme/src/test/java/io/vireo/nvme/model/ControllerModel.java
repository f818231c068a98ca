package io.vireo.nvme.model;

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
  /** When the end of a dropped command is told. */
  private static final long NEVER = Long.MAX_VALUE;

  private static final long IDLE_NS = 1_000;

  private final ModelBar bar = new ModelBar();
  private final Faults faults = new Faults();
  private final NavigableMap<Integer, ModelNamespace> namespaces = new TreeMap<>();
  private final ModelNamespaces allNamespaces;
  private final ModelOptions options;
  private final HostView host;
  private final ModelRegisters registers;
  private final ModelQueues queues;
  private final AdminCommands admin;
  private DataPointer pointer;
  private boolean ready;
  private Command fusedFirst; // null: none waits for its second
  private long steps;
  private long fetchedIo;
  private Thread thread;
  private volatile boolean running;
  private volatile Throwable failure;

  /**
   * @param hvaOfIova where the device finds host memory, good within 4 KiB; -1: nothing there
   */
  public ControllerModel(ModelOptions options, LongUnaryOperator hvaOfIova) {
    this.options = options;
    this.host = new HostView(hvaOfIova);
    this.registers = new ModelRegisters(bar.address(), options, faults);
    this.queues =
        new ModelQueues(host, new ModelDoorbells(host, registers, options.doorbellStride()));
    this.allNamespaces = new ModelNamespaces(options, namespaces);
    this.admin = new AdminCommands(options, faults, queues, allNamespaces);
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

  /** Who is told the vector of each interrupt, by whoever steps; -1 is none. */
  public synchronized void onInterrupt(IntConsumer listener) {
    queues.onInterrupt(listener);
  }

  /** How many I/O commands it fetched since it was made, and dealt with. */
  public synchronized long fetchedIo() {
    return fetchedIo;
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
    int fetched = queues.fetch(this::execute);
    admin.events().tell();
    return fetched + queues.tellDue(steps, faults.reorderSeed());
  }

  private void changeReady() {
    queues.clear();
    admin.clear();
    fusedFirst = null;
    if (ready) {
      pointer = new DataPointer(host, registers.pageBytes());
      queues.addCq(0, registers.adminCq(), registers.adminCqEntries(), 0);
      queues.addSq(0, registers.adminSq(), registers.adminSqEntries(), 0);
    }
  }

  private void execute(Command command) {
    fetchedIo += command.isAdmin() ? 0 : 1;
    if (fusedFirst != null && (command.fuse() != 2 || command.sqId() != fusedFirst.sqId())) {
      end(fusedFirst, fusedFirst.commandId(), CommandFailure.MISSING_FUSED, 0, 0, false);
      fusedFirst = null;
    }
    if (command.fuse() == 1) {
      fusedFirst = command; // nothing is done before the second is there (Base 3.4.2)
    } else if (command.fuse() == 2) {
      int first = execute(fusedFirst, 0);
      execute(command, first == 0 ? 0 : CommandFailure.FAILED_FUSED);
      fusedFirst = null;
    } else {
      execute(command, 0);
    }
  }

  private int execute(Command command, int refusal) {
    if (command == null) {
      throw new AssertionError("second command of a fused operation without the first");
    }
    Faults.Verdict verdict = faults.verdict(command);
    return switch (verdict == null ? null : verdict.kind()) {
      case FATAL -> {
        faults.fatal(true);
        yield 0;
      }
      case GONE -> {
        faults.gone();
        yield 0;
      }
      case STATUS -> execute(command, null, verdict.value());
      case LOST -> 0;
      case null, default -> execute(command, verdict, refusal);
    };
  }

  private int execute(Command command, Faults.Verdict verdict, int refusal) {
    int status = refusal;
    long result = 0;
    try {
      if (status == 0) {
        result =
            command.isAdmin()
                ? admin.execute(command, pointer, registers.pageBytes())
                : executeIo(command);
      }
    } catch (CommandFailure e) {
      status = e.status();
    }
    if (result != AdminCommands.LATER) {
      tell(command, verdict, status, result);
    }
    return status;
  }

  private void tell(Command command, Faults.Verdict verdict, int status, long result) {
    int id = command.commandId();
    switch (verdict == null ? null : verdict.kind()) {
      case null -> end(command, id, status, result, 0, false);
      case STATUS, LOST, FATAL, GONE -> throw new AssertionError("was dealt with");
      case DELAY -> end(command, id, status, result, steps + verdict.value(), false);
      case DROP -> end(command, id, status, result, NEVER, false);
      case DUPLICATE -> {
        end(command, id, status, result, 0, false);
        end(command, id, status, result, 0, false);
      }
      case STRAY -> {
        end(command, id + verdict.value() & 0xffff, status, result, 0, false);
        end(command, id, status, result, 0, false);
      }
      case BAD_PHASE -> {
        end(command, id, status, result, 0, true);
        end(command, id, status, result, steps + verdict.value(), false);
      }
    }
  }

  private long executeIo(Command command) {
    if (!registers.entrySizesAreRight()) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    if (command.psdt() > 1 || (command.psdt() == 1 && options.sgls() == 0)) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    ModelNamespace namespace = namespaces.get(command.nsid());
    if (namespace == null) {
      throw new CommandFailure(CommandFailure.INVALID_NAMESPACE);
    }
    int maxBytes = options.mdts() == 0 ? 0 : 1 << (options.minPageShift() + options.mdts());
    return namespace.execute(command, pointer, maxBytes);
  }

  private void end(Command command, int id, int status, long result, long dueStep, boolean flaw) {
    queues.end(new ModelQueues.Ending(command, id, status, result, dueStep, flaw));
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
