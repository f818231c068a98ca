package io.vireo.bdev.filter;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevListener;
import io.vireo.bdev.BdevRegistry;
import io.vireo.linux.Errno;
import io.vireo.reactor.Reactor;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A bdev that others stand on: opened, and claimed so that nobody else writes to it. Any control
 * thread. It is given back when the last that stood on it has gone; it takes all with it when it
 * goes itself.
 */
public final class BaseBdev {
  private static final Logger log = LoggerFactory.getLogger(BaseBdev.class);

  private final BdevRegistry bdevs;
  private final BdevDescriptor descriptor;
  private final List<FilterBdev> standing = new ArrayList<>(); // guarded by this
  private final Object resizing = new Object(); // held while the new size is told
  private boolean gone; // guarded by this

  private BaseBdev(BdevRegistry bdevs, String name) {
    this.bdevs = bdevs;
    boolean write = !bdevs.require(name).readOnly();
    descriptor = bdevs.open(name, write, new Listener());
  }

  /**
   * Opens and claims a bdev. One that is read-only is not claimed, for nobody writes to it.
   *
   * @param claimer shown to operators
   * @throws BdevException ENODEV when there is none of that name, EPERM when it is claimed already,
   *     EBUSY when somebody has it open for writing
   */
  public static BaseBdev open(BdevRegistry bdevs, String name, String claimer) {
    BaseBdev base = new BaseBdev(bdevs, name);
    try {
      if (base.descriptor.write()) {
        base.descriptor.claim(claimer);
      }
      return base;
    } catch (BdevException e) {
      base.descriptor.close();
      throw e;
    }
  }

  /**
   * Opens and claims a bdev and lets others stand on it; leaves everything as it was when that
   * cannot be.
   *
   * @param maker makes them
   * @throws BdevException as {@link #open}, and what the maker throws; EEXIST when a name or UUID
   *     is taken, ENODEV when the base has gone meanwhile
   */
  public static <T extends FilterBdev> List<T> standAll(
      BdevRegistry bdevs, String name, String claimer, Function<BaseBdev, List<T>> maker) {
    BaseBdev base = open(bdevs, name, claimer);
    List<T> filters;
    try {
      filters = maker.apply(base);
    } catch (RuntimeException | Error e) {
      base.descriptor.close();
      throw e;
    }
    base.register(filters);
    return filters;
  }

  /** As {@link #standAll}, with one that stands on it. */
  public static <T extends FilterBdev> T stand(
      BdevRegistry bdevs, String name, String claimer, Function<BaseBdev, T> maker) {
    return standAll(bdevs, name, claimer, base -> List.of(maker.apply(base))).getFirst();
  }

  /** On the control thread that removes or resizes the base. */
  private final class Listener implements BdevListener {
    @Override
    public void removed(Bdev bdev) {
      synchronized (BaseBdev.this) {
        gone = true;
      }
      removeAll();
    }

    @Override
    public void resized(Bdev bdev) {
      follow();
    }
  }

  /** The bdev itself. */
  public Bdev bdev() {
    return descriptor.bdev();
  }

  /** Makes them known: all, or none and the base is given back. */
  private void register(List<? extends FilterBdev> filters) {
    synchronized (this) {
      standing.addAll(filters);
    }
    int registered = 0;
    try {
      for (FilterBdev filter : filters) {
        bdevs.register(filter);
        registered++;
      }
      requirePresent();
    } catch (BdevException e) {
      filters.subList(0, registered).forEach(this::remove);
      filters.subList(registered, filters.size()).forEach(this::leave);
      throw e;
    }
    follow();
  }

  /** The base may have gone before it could take with it what was not yet known. */
  private synchronized void requirePresent() {
    if (gone) {
      throw new BdevException(
          Errno.ENODEV, "bdev %s is being removed".formatted(descriptor.bdev().name()));
    }
  }

  /** Removes all that stand on it; waits for their requests in flight. */
  public void removeAll() {
    List<FilterBdev> all;
    synchronized (this) {
      all = List.copyOf(standing);
    }
    all.forEach(this::remove);
  }

  private void remove(FilterBdev filter) {
    try {
      bdevs.unregister(filter);
    } catch (BdevException e) {
      if (e.errno() != Errno.ENODEV) { // not known yet, or another thread is removing it
        throw e;
      }
    }
  }

  /** A bdev that stood on this one has gone. */
  void leave(FilterBdev filter) {
    boolean last;
    synchronized (this) {
      standing.remove(filter);
      last = standing.isEmpty();
    }
    if (last) {
      descriptor.close();
    }
  }

  /** Only one thread at a time, lest an older size come after a newer one. */
  private void follow() {
    synchronized (resizing) {
      List<FilterBdev> all;
      synchronized (this) {
        all = List.copyOf(standing);
      }
      for (FilterBdev filter : all) {
        try {
          filter.baseResized();
        } catch (BdevException e) {
          log.warn("bdev {} keeps its size: {}", filter.name(), e.getMessage());
        }
      }
    }
  }

  /** A channel to the base that nobody else uses. */
  BaseChannel channel(Reactor reactor) {
    BdevDescriptor own = descriptor.openAgain();
    try {
      return new BaseChannel(own, own.channel(reactor));
    } catch (RuntimeException | Error e) {
      own.close();
      throw e;
    }
  }
}
