package io.vireo.nvme;

import io.vireo.nvme.spec.Cap;
import io.vireo.nvme.spec.Cc;
import io.vireo.nvme.spec.CommandSetLimits;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeTransport;
import io.vireo.nvme.transport.QueueOptions;
import io.vireo.nvme.transport.TransportQueue;
import java.util.List;
import java.util.Set;

/**
 * One controller, from reset to shutdown (Base 3.5.1). One control thread: straight-line code that
 * blocks; every wait has a deadline and ends with a {@link NvmeException}.
 *
 * <p>A reset is {@link #disable}, after which the controller does no DMA, and {@link #enable}.
 * Queue pairs outlive it: {@link IoQueuePair} tells how.
 */
public final class NvmeController implements AutoCloseable {
  private static final int MAX_TRANSFER_BYTES = 1 << 20;
  private static final long MAX_SHUTDOWN_MS = 120_000;

  private final NvmeTransport transport;
  private final DmaMemory memory;
  private final PollClock clock;
  private final ControllerOptions options;
  private final ControllerRegisters registers;
  private final ControllerEvents events = new ControllerEvents(this);
  private final QueuePairs queues;
  private final ControllerIdentity identity;
  private int generation; // read by queue threads that were told of the change
  private AdminQueue admin; // null: disabled

  private NvmeController(
      NvmeTransport transport, DmaMemory memory, PollClock clock, ControllerOptions options) {
    this.transport = transport;
    this.memory = memory;
    this.clock = clock;
    this.options = options;
    this.registers = new ControllerRegisters(transport, clock, options.quirks());
    this.queues = new QueuePairs(this, transport, memory, registers.cap(), clock);
    this.identity = new ControllerIdentity(this, transport, options);
  }

  /**
   * Resets the controller, whatever state it is in, enables it and asks what it is.
   *
   * @param memory for queues and answers; the transport's device can reach it
   */
  public static NvmeController attach(
      NvmeTransport transport, DmaMemory memory, PollClock clock, ControllerOptions options) {
    NvmeController controller = of(transport, memory, clock, options);
    controller.start();
    return controller;
  }

  /**
   * A controller to be {@link #start started}: for whoever can stop its DMA from outside when that
   * fails, and {@link #abandon} it then.
   */
  public static NvmeController of(
      NvmeTransport transport, DmaMemory memory, PollClock clock, ControllerOptions options) {
    return new NvmeController(transport, memory, clock, options);
  }

  /** Resets the controller, whatever state it is in, enables it and asks what it is. */
  public void start() {
    disable();
    enable();
    events.attached();
  }

  /** Stops the controller: when this returns it does no DMA, and its queues are forgotten. */
  public void disable() {
    registers.disable();
    forgetQueues();
  }

  private void forgetQueues() {
    generation++;
    queues.closeLent();
    if (admin != null) {
      admin.close();
      admin = null;
    }
  }

  /** Enables the disabled controller and identifies it and its namespaces anew. */
  public void enable() {
    if (admin != null) {
      throw new IllegalStateException("controller is enabled");
    }
    int pageShift = registers.pageShift();
    int entries = options.adminEntries();
    QueueOptions size = QueueOptions.polled(entries, entries - 1, MAX_TRANSFER_BYTES, 0);
    TransportQueue queue = NvmeException.unlessFit(() -> transport.openAdmin(size, 1 << pageShift));
    admin = new AdminQueue(transport, queue, memory, clock, options, events::add);
    try {
      int commandSets = CommandSets.configuration(registers.cap());
      registers.enable(Cc.of(commandSets, pageShift) | queues.arbitration(options));
      identity.ask(commandSets == Cc.CSS_ALL);
      events.start(); // before the namespaces are looked at: what changes from now on is told
      rescan();
    } catch (RuntimeException | Error e) {
      stopAfter(e);
      throw e;
    }
  }

  /** The queue's memory goes back only when the controller is known to do no DMA. */
  private void stopAfter(Throwable cause) {
    try {
      disable();
    } catch (NvmeException e) {
      cause.addSuppressed(e);
    }
  }

  /** Asks again which namespaces are active (Base 5.17.2.2) and what they are. */
  public List<NvmeNamespace> rescan() {
    return identity.rescan();
  }

  /** Makes an I/O queue pair; any one thread may then poll it. */
  public IoQueuePair openQueuePair(QueuePairOptions wanted) {
    return queues.open(wanted);
  }

  /**
   * The same with what most want: no interrupts, no priority.
   *
   * @param buffers for data that the controller cannot take where they lie
   */
  public IoQueuePair openQueuePair(int entries, int requests, BounceBuffers buffers) {
    return queues.open(QueuePairOptions.of(entries, requests, buffers));
  }

  /** The same without bounce buffers. */
  public IoQueuePair openQueuePair(int entries, int requests) {
    return openQueuePair(entries, requests, BounceBuffers.NONE);
  }

  /**
   * Makes a queue on the controller, which was enabled again, for a suspended queue pair. Its
   * thread leaves it alone meanwhile, and {@link IoQueuePair#resume resumes} it then.
   *
   * @throws NvmeException if the controller does not give it again; it may be tried again
   */
  public void reopen(IoQueuePair pair) {
    queues.reopen(pair);
  }

  /**
   * Closes a queue pair that nobody polls any more: deletes it, takes what ended, and ends the rest
   * as aborted by the host. When the deletion fails nothing is given back: disable the controller
   * and close again.
   */
  public void close(IoQueuePair pair) {
    queues.close(pair);
  }

  /**
   * Sends any I/O command as it is, on a queue pair of its own, which goes when it is over.
   *
   * @param data to the controller; as many come from it where they go the other way
   */
  public SentCommand<AdminResult> send(AdminCommand command, byte[] data, long withinMs) {
    return queues.send(command, data, withinMs);
  }

  /** The way to a namespace over a queue pair: for I/Os on the queue pair's thread. */
  public NamespaceQueue open(IoQueuePair pair, NvmeNamespace namespace) {
    return new NamespaceQueue(pair, namespace, NamespaceLimits.of(this, namespace));
  }

  /** Which enabling this is; queues of another are not the controller's any more. */
  int generation() {
    return generation;
  }

  /** The most data of one command: MDTS, and no more than the driver's lists are made for. */
  public int maxTransferBytes() {
    int minPageBytes = 1 << registers.cap().minPageShift();
    return Math.min(identify().maxTransferBytes(minPageBytes), MAX_TRANSFER_BYTES);
  }

  /** Orderly end: CC.SHN, then disabled. All queue pairs are closed. */
  @Override
  public void close() {
    close(Cc.SHN_NORMAL);
  }

  /** The same in a hurry, for the power goes: what the controller caches it saves afterwards. */
  public void closeAbruptly() {
    close(Cc.SHN_ABRUPT);
  }

  private void close(int shn) {
    if (admin != null) {
      try {
        long micros = identify() == null ? 0 : identify().shutdownMicros();
        long told = Math.min(micros / 1_000, MAX_SHUTDOWN_MS);
        registers.shutdown(shn, Math.max(options.shutdownTimeoutMs(), told));
      } finally {
        disable();
      }
    }
  }

  /** Waits while an activation of firmware stops commands (CSTS.PP), as long as MTFA says. */
  void awaitActivation() {
    registers.awaitActivation(Math.max(options.adminTimeoutMs(), identify().activationMs()));
  }

  /** Gives up a controller that is gone or whose DMA was stopped from outside; asks it nothing. */
  public void abandon() {
    forgetQueues();
  }

  /** Whether it may be running: it was enabled and not disabled since, or that failed. */
  public boolean isEnabled() {
    return admin != null;
  }

  /** Admin commands of the enabled controller. */
  public AdminQueue admin() {
    if (admin == null) {
      throw new NvmeException("controller is disabled");
    }
    return admin;
  }

  public IdentifyController identify() {
    return identity.controller();
  }

  /** The active namespaces, ascending. */
  public List<NvmeNamespace> namespaces() {
    return identity.namespaces();
  }

  /** How often {@link #namespaces} were asked for. */
  int scans() {
    return identity.scans();
  }

  /** Why other active namespaces cannot be used, a sentence each. */
  public List<String> unusableNamespaces() {
    return identity.unusable();
  }

  /** What the NVM command set limits. */
  public CommandSetLimits limits() {
    return identity.limits();
  }

  /** After which silence it gives its host up: time for keep alive; 0: it never does. */
  public long keepAliveMs() {
    return identity.keepAliveMs();
  }

  /** What it says of its registers and queues. */
  public Cap cap() {
    return registers.cap();
  }

  /** What it tells unasked. */
  public ControllerEvents events() {
    return events;
  }

  public LogPages logPages() {
    return new LogPages(this);
  }

  public Features features() {
    return new Features(this);
  }

  /** How it differs from the specification. */
  public Set<Quirk> quirks() {
    return options.quirks();
  }

  /** How many I/O queue pairs there can be: as many as the controller gave. */
  public int queuePairs() {
    return identity.queuePairs();
  }
}
