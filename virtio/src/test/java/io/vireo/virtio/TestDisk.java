package io.vireo.virtio;

import io.vireo.bdev.BdevRegistry;
import io.vireo.linux.EventFd;
import io.vireo.memreg.GuestMemory;
import io.vireo.reactor.ReactorListener;
import io.vireo.reactor.ReactorOptions;
import io.vireo.reactor.SteppedReactor;
import io.vireo.virtio.blk.BlkDevice;
import io.vireo.virtio.blk.BlkFeatures;
import io.vireo.virtio.blk.BlkHeader;
import io.vireo.virtio.blk.BlkOptions;
import io.vireo.virtio.driver.BlkDriver;
import io.vireo.virtio.driver.RingMemory;
import io.vireo.virtio.driver.SplitDriver;
import java.util.ArrayList;
import java.util.List;

/**
 * A disk with one queue on a stepped reactor, and a driver at the other end of the ring: everything
 * between a guest's memory and a bdev. Features are those that a Linux guest takes, unless changed.
 */
public final class TestDisk implements AutoCloseable {
  /** Of a driver that takes what it is offered, discard and write zeroes included. */
  public static final long LINUX =
      VirtioFeatures.VERSION_1
          | VirtioFeatures.INDIRECT_DESC
          | VirtioFeatures.EVENT_IDX
          | BlkFeatures.FLUSH
          | BlkFeatures.CONFIG_WCE
          | BlkFeatures.MQ
          | BlkFeatures.DISCARD
          | BlkFeatures.WRITE_ZEROES;

  public final GuestRam ram;
  public final PendingBdev bdev; // null when the disk is over another one
  public final BdevRegistry bdevs;
  public final SteppedReactor stepped;
  public final BlkDevice device;
  public final EventFd call = EventFd.create();
  public final List<BreakReason> breaks = new ArrayList<>();
  public final RingMemory ring;
  public final long ringGpa;
  public final SplitDriver split;
  public final BlkDriver driver;
  public final DeviceQueue queue;
  public final QueueBudget budget;

  private final boolean ownReactor;
  private final long features;

  private TestDisk(Builder b) {
    ram = b.ram;
    budget = b.budget;
    bdev = b.bdev;
    bdevs = b.bdevs;
    if (bdev != null) {
      bdevs.register(bdev);
    }
    features = b.features;
    ownReactor = b.stepped == null;
    stepped = ownReactor ? b.newReactor() : b.stepped;
    device = BlkDevice.open(bdevs, bdev == null ? b.bdevName : bdev.name(), b.options);
    ring = new RingMemory(b.size, 0);
    ringGpa = ram.allocate(ring.end());
    ring.clear(ram.hva(ringGpa));
    long slots = ram.allocate((long) b.size * BlkDriver.SLOT_BYTES);
    split = new SplitDriver(ring, b.features, ram.hva(ringGpa));
    split.startAt(b.startAt);
    boolean indirect = VirtioFeatures.has(b.features, VirtioFeatures.INDIRECT_DESC);
    driver = new BlkDriver(split, indirect, ram.hva(slots), slots);
    device.features(b.features);
    queue = device.createQueue(config(b.startAt, b.polled ? null : call), stepped.reactor());
    if (b.started) {
      queue.start();
      queue.enable(true);
      call.drain();
    }
  }

  /** Of a queue of this ring that begins at {@code nextAvail}. */
  public QueueConfig config(int nextAvail, EventFd callOrNull) {
    return new QueueConfig(
        0,
        ring.size(),
        features,
        ram.uva(ringGpa + ring.desc()),
        ram.uva(ringGpa + ring.avail()),
        ram.uva(ringGpa + ring.used()),
        nextAvail,
        ram.table(),
        callOrNull,
        budget,
        (index, reason) -> breaks.add(reason));
  }

  /** Starts with a bdev of 1 MiB that answers at once and a queue of 16. */
  public static Builder with() {
    return new Builder();
  }

  /** What differs from the usual. */
  public static final class Builder {
    private GuestRam ram;
    private PendingBdev bdev;
    private BdevRegistry bdevs = new BdevRegistry();
    private String bdevName;
    private int size = 16;
    private long features = LINUX;
    private int startAt;
    private boolean polled;
    private boolean started = true;
    private QueueBudget budget = QueueBudget.of(64 << 20);
    private BlkOptions options = BlkOptions.DEFAULT;
    private ReactorOptions reactor = ReactorOptions.POLL;
    private ReactorListener listener;
    private SteppedReactor stepped;

    public Builder ram(GuestRam other) {
      ram = other;
      return this;
    }

    public Builder bdev(PendingBdev other) {
      bdev = other;
      return this;
    }

    /** Over a bdev that exists and outlives the disk. */
    public Builder over(BdevRegistry registry, String name) {
      bdevs = registry;
      bdevName = name;
      return this;
    }

    public Builder size(int entries) {
      size = entries;
      options = options.queueSize(Math.max(entries, options.queueSize()));
      return this;
    }

    public Builder features(long accepted) {
      features = accepted;
      return this;
    }

    public Builder without(long feature) {
      features &= ~feature;
      return this;
    }

    public Builder startAt(int index) {
      startAt = index;
      return this;
    }

    public Builder polled() {
      polled = true;
      return this;
    }

    public Builder notStarted() {
      started = false;
      return this;
    }

    public Builder budget(QueueBudget other) {
      budget = other;
      return this;
    }

    public Builder options(BlkOptions other) {
      options = other;
      return this;
    }

    public Builder reactor(ReactorOptions other, ReactorListener told) {
      reactor = other;
      listener = told;
      return this;
    }

    /** On the reactor of another disk, which lives longer. */
    public Builder beside(TestDisk other) {
      stepped = other.stepped;
      return this;
    }

    /** Without a listener a failing poller fails the lap. */
    private SteppedReactor newReactor() {
      return listener == null ? new SteppedReactor(reactor) : new SteppedReactor(reactor, listener);
    }

    public TestDisk build() {
      if (ram == null) {
        ram = GuestRam.of(16 << 20);
      }
      if (bdev == null && bdevName == null) {
        bdev = new PendingBdev("disk", 512, 2048).atOnce();
      }
      return new TestDisk(this);
    }
  }

  /** A lap, one microsecond after the one before. */
  public int lap() {
    stepped.advance(1_000);
    return stepped.lap();
  }

  /** Laps until nothing happens any more. */
  public void settle() {
    while (lap() > 0) {}
  }

  /** Publishes what the driver has offered and laps until nothing happens any more. */
  public void run() {
    split.publish();
    settle();
  }

  /** Runs one request that was started, alone; its status byte. */
  public int run(int tag) {
    run();
    int done = driver.poll();
    if (done != tag) {
      throw new AssertionError("tag %d was started, %d is done".formatted(tag, done));
    }
    return driver.status(tag);
  }

  /** A header in memory of its own; its guest-physical address. */
  public long header(int type, long sector) {
    long gpa = ram.allocate(BlkHeader.BYTES);
    BlkHeader.put(ram.hva(gpa), type, sector);
    return gpa;
  }

  /** Memory for one status, which holds {@link BlkDriver#NO_STATUS}; its guest-physical address. */
  public long status() {
    long gpa = ram.allocate(1);
    ram.fill(gpa, 1, BlkDriver.NO_STATUS);
    return gpa;
  }

  /** What is at {@code gpa}, a status byte. */
  public int statusAt(long gpa) {
    return ram.get(gpa, 1)[0] & 0xff;
  }

  /** Offers what was built with {@link #split} and runs it alone; bytes written by the device. */
  public long runChain() {
    int head = split.offer();
    run();
    int done = split.reap();
    if (done != head) {
      throw new AssertionError("head %d was offered, %d is done".formatted(head, done));
    }
    return split.reapedBytes();
  }

  /** Stops the queue and waits until it is drained. */
  public void stop() {
    boolean[] drained = new boolean[1];
    queue.stop(() -> drained[0] = true);
    do { // a request of several ranges that has begun goes on with the next of them
      if (bdev != null) {
        bdev.completeAll();
      }
      settle();
    } while (!drained[0] && bdev != null && bdev.pending() > 0);
    if (!drained[0]) {
      throw new AssertionError("not drained: %d in flight".formatted(queue.inFlight()));
    }
  }

  /** Uses another memory table; whether the older one is free at once. */
  public boolean memory(GuestMemory next) {
    boolean[] released = new boolean[1];
    queue.memory(next, () -> released[0] = true);
    return released[0];
  }

  @Override
  public void close() {
    stop();
    device.destroyQueue(queue);
    device.close();
    if (bdev != null && bdevs.find(bdev.name()).isPresent()) {
      bdevs.unregister(bdev.name());
    }
    if (ownReactor) {
      stepped.close();
    }
    call.close();
    ram.close();
  }
}
