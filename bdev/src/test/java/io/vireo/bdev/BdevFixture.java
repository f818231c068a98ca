package io.vireo.bdev;

import io.vireo.reactor.SteppedReactor;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A registered bdev, open, with one channel on a reactor stepped by hand. */
public final class BdevFixture implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  public final BdevRegistry registry;
  public final SteppedReactor stepped;
  public final RecordingListener listener = new RecordingListener();
  public final Bdev bdev;
  public final BdevDescriptor descriptor;
  public final BdevChannel channel;
  private final List<ChannelDriver> drivers = new ArrayList<>();

  /** Registers {@code bdev} and opens it, for writing if it allows that. */
  public BdevFixture(Bdev bdev) {
    this(bdev, new SteppedReactor());
  }

  /** The same on that reactor, which is closed with it. */
  public BdevFixture(Bdev bdev, SteppedReactor stepped) {
    this(registryOf(bdev), bdev, stepped);
  }

  /** Opens a bdev that is registered there; it is removed at the end. */
  public BdevFixture(BdevRegistry registry, Bdev bdev, SteppedReactor stepped) {
    this.registry = registry;
    this.bdev = bdev;
    this.stepped = stepped;
    descriptor = registry.open(bdev.name(), !bdev.readOnly(), listener);
    channel = descriptor.channel(stepped.reactor());
  }

  private static BdevRegistry registryOf(Bdev bdev) {
    BdevRegistry registry = new BdevRegistry();
    registry.register(bdev);
    return registry;
  }

  /** A user of {@link #channel}. */
  public ChannelDriver driver(int depth, long dataBytesEach) {
    return driver(channel, depth, dataBytesEach);
  }

  /** A user of a channel. */
  public ChannelDriver driver(BdevChannel of, int depth, long dataBytesEach) {
    ChannelDriver driver = new ChannelDriver(stepped, of, depth, dataBytesEach);
    drivers.add(driver);
    return driver;
  }

  /** Runs control code on a thread of its own while this one steps the reactor. */
  public void whileStepping(Runnable control) {
    whileStepping(stepped, control);
  }

  /** The same with that reactor. */
  public static void whileStepping(SteppedReactor stepped, Runnable control) {
    List<Throwable> failures = new ArrayList<>();
    Thread thread = new Thread(control, "control");
    thread.setUncaughtExceptionHandler((t, e) -> failures.add(e));
    thread.start();
    long deadlineNs = System.nanoTime() + PATIENCE.toNanos();
    while (thread.isAlive()) {
      stepped.lap();
      if (System.nanoTime() > deadlineNs) {
        AssertionError stuck = new AssertionError("the control thread does not end");
        stuck.setStackTrace(thread.getStackTrace());
        throw stuck;
      }
    }
    if (!failures.isEmpty()) {
      throw new AssertionError("the control thread failed", failures.getFirst());
    }
  }

  /** Removes the bdev. */
  public void unregister() {
    whileStepping(() -> registry.unregister(bdev.name()));
  }

  @Override
  public void close() {
    if (registry.find(bdev.name()).isPresent()) {
      unregister();
    }
    descriptor.close();
    drivers.forEach(ChannelDriver::close);
    stepped.close();
  }
}
