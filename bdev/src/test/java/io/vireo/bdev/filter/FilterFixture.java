package io.vireo.bdev.filter;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevFixture;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.HeldBdev;
import io.vireo.bdev.RecordingListener;
import io.vireo.bdev.delay.DelayCreate;
import io.vireo.bdev.error.ErrorCreate;
import io.vireo.bdev.module.ModuleCalls;
import io.vireo.bdev.passthru.PassthruCreate;
import io.vireo.reactor.SteppedReactor;
import java.util.ArrayList;
import java.util.List;

/** Bdevs that stand on others, made by their methods, and users of them on a stepped reactor. */
public final class FilterFixture implements AutoCloseable {
  /** Of the memory of each request of a driver. */
  public static final int BYTES = 1 << 16;

  public final ModuleCalls calls = new ModuleCalls();
  public final SteppedReactor stepped = new SteppedReactor();
  private final List<ChannelDriver> drivers = new ArrayList<>();

  /** Somebody who has a bdev open for writing. */
  public record User(BdevDescriptor descriptor, BdevChannel channel, RecordingListener listener) {}

  /** A base whose requests end by hand. */
  public HeldBdev held(String name) {
    HeldBdev held = new HeldBdev(name);
    calls.bdevs.register(held);
    return held;
  }

  public String passthru(String base, String name) {
    return (String) calls.call("bdev_passthru_create", new PassthruCreate(base, name, null));
  }

  /** All latencies the same. */
  public String delay(String base, String name, long us) {
    DelayCreate parameters = new DelayCreate(base, name, null, us, us, us, us);
    return (String) calls.call("bdev_delay_create", parameters);
  }

  public String error(String base) {
    calls.call("bdev_error_create", new ErrorCreate(base, null));
    return "EE_" + base;
  }

  public User user(String name) {
    RecordingListener listener = new RecordingListener();
    BdevDescriptor descriptor = calls.bdevs.open(name, true, listener);
    return new User(descriptor, descriptor.channel(stepped.reactor()), listener);
  }

  /** Requests of a user. */
  public ChannelDriver driver(User user, int depth) {
    ChannelDriver driver = new ChannelDriver(stepped, user.channel(), depth, BYTES);
    drivers.add(driver);
    return driver;
  }

  /** Requests of a user of their own. */
  public ChannelDriver driver(String name, int depth) {
    return driver(user(name), depth);
  }

  /** Runs control code while the reactor goes on. */
  public void whileStepping(Runnable control) {
    BdevFixture.whileStepping(stepped, control);
  }

  /** Removes everything; what is in flight at a base was ended before. */
  @Override
  public void close() {
    whileStepping(calls::clear);
    drivers.forEach(ChannelDriver::close);
    stepped.close();
  }
}
