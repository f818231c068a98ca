package io.vireo.bdev;

import io.vireo.linux.Errno;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The bdevs that exist, by name; a bdev's UUID is another name for it. Any control thread. */
public final class BdevRegistry {
  private final Map<String, Bdev> bdevs = new LinkedHashMap<>();
  private final Map<String, Bdev> byUuid = new HashMap<>(); // in lower case

  private final BdevEvents events;

  /** Nothing registered. */
  public BdevRegistry() {
    this(BdevEvents.NONE);
  }

  /** Nothing registered. */
  public BdevRegistry(BdevEvents events) {
    this.events = events;
  }

  /**
   * Makes a bdev known.
   *
   * @throws BdevException EEXIST when its name or UUID is taken
   */
  public synchronized void register(Bdev bdev) {
    requireFree(bdev.name());
    requireFree(bdev.uuid().toString());
    bdevs.put(bdev.name(), bdev);
    byUuid.put(bdev.uuid().toString(), bdev);
    events.registered(bdev.name());
    notifyAll();
  }

  /**
   * The bdev of that name or UUID, waited for until there is one.
   *
   * @throws BdevException ENODEV when there is none after the time
   */
  public synchronized Bdev await(String name, long timeoutMillis) throws InterruptedException {
    long start = System.nanoTime();
    long waitedMillis = 0;
    while (find(name).isEmpty() && waitedMillis < timeoutMillis) {
      wait(timeoutMillis - waitedMillis);
      waitedMillis = (System.nanoTime() - start) / 1_000_000;
    }
    return require(name);
  }

  private void requireFree(String name) {
    if (lookUp(name) != null) {
      throw new BdevException(Errno.EEXIST, "bdev %s exists already".formatted(name));
    }
  }

  private Bdev lookUp(String name) {
    Bdev named = bdevs.get(name);
    return named == null ? byUuid.get(name.toLowerCase(Locale.ROOT)) : named;
  }

  /**
   * Removes a bdev. In this order: it opens no more and gives no more channels; its users are told
   * ({@link BdevListener#removed}); on each reactor its channels refuse requests, drain and close;
   * the module destroys it; the name is free again. Blocks until then, that is until the last
   * request in flight has ended, whatever that takes; it does not wait for users to close.
   *
   * @throws BdevException ENODEV when there is none of that name or another thread is removing it
   */
  public void unregister(String name) {
    remove(require(name));
  }

  /**
   * As {@link #unregister(String)}, but this one and no other of its name.
   *
   * @throws BdevException ENODEV when it is not registered or another thread is removing it
   */
  @SuppressWarnings("ReferenceEquality")
  public void unregister(Bdev bdev) {
    if (require(bdev.name()) != bdev) {
      throw none(bdev.name());
    }
    remove(bdev);
  }

  private void remove(Bdev bdev) {
    bdev.users().remove();
    try {
      bdev.destroy();
    } finally {
      synchronized (this) {
        bdevs.remove(bdev.name());
        byUuid.remove(bdev.uuid().toString());
        events.unregistered(bdev.name());
      }
    }
  }

  /**
   * Nobody is to wait long any more for what is in flight: bdevs that hold requests back no longer
   * do, for good. Before users are closed that wait for their requests.
   */
  public void letGo() {
    for (Bdev bdev : all()) {
      bdev.users().channels().forEach(channel -> channel.reactor().surely(channel::letGo));
    }
  }

  /** The bdev of that name or UUID; one that is being removed is not found. */
  public synchronized Optional<Bdev> find(String name) {
    return Optional.ofNullable(lookUp(name)).filter(bdev -> !bdev.users().removing());
  }

  /**
   * As {@link #find}.
   *
   * @throws BdevException ENODEV when there is none
   */
  public Bdev require(String name) {
    return find(name).orElseThrow(() -> none(name));
  }

  private static BdevException none(String name) {
    return new BdevException(Errno.ENODEV, "there is no bdev %s".formatted(name));
  }

  /**
   * As {@link #require}, but of one module only.
   *
   * @throws BdevException ENODEV when there is none, or it is of another module
   */
  public <T extends Bdev> T require(String name, Class<T> kind) {
    Bdev bdev = require(name);
    if (!kind.isInstance(bdev)) {
      throw new BdevException(
          Errno.ENODEV, "bdev %s is of another module: %s".formatted(name, bdev.productName()));
    }
    return kind.cast(bdev);
  }

  /** All bdevs in the order of their registration. */
  public synchronized List<Bdev> all() {
    List<Bdev> present = new ArrayList<>(bdevs.values());
    present.removeIf(bdev -> bdev.users().removing());
    return present;
  }

  /** All bdevs of one module's class. */
  public <T extends Bdev> List<T> all(Class<T> kind) {
    return all().stream().filter(kind::isInstance).map(kind::cast).toList();
  }

  /**
   * Opens a bdev.
   *
   * @param listener told about removal and resize
   * @throws BdevException ENODEV when there is none; to write: EPERM when it is claimed, EROFS when
   *     it is read-only
   */
  public BdevDescriptor open(String name, boolean write, BdevListener listener) {
    Bdev bdev = require(name);
    return bdev.users().open(bdev, write, listener);
  }
}
