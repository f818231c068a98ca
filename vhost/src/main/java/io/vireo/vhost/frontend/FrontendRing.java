package io.vireo.vhost.frontend;

import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import io.vireo.vhost.message.VringAddress;
import io.vireo.virtio.driver.BlkDriver;
import io.vireo.virtio.driver.RingMemory;
import io.vireo.virtio.driver.SplitDriver;

/** A ring in a front-end's memory, its descriptors and the driver on it. One thread at a time. */
public final class FrontendRing implements AutoCloseable {
  private static final int RING_ALIGNMENT = 4096;

  private final FrontendMemory memory;
  private final int index;
  private final int size;
  private final long gpa;
  private final RingMemory place;
  private final SplitDriver driver;
  private final EventFd kick = EventFd.create();
  private final EventFd call = EventFd.create();
  private final EventFd err = EventFd.create();

  /**
   * Lays a ring out, cleared.
   *
   * @param features what was negotiated
   */
  public FrontendRing(FrontendMemory memory, int index, int size, long features) {
    this.memory = memory;
    this.index = index;
    this.size = size;
    place = new RingMemory(size, 0);
    gpa = memory.allocate(place.end(), RING_ALIGNMENT);
    place.clear(memory.hva(gpa));
    driver = new SplitDriver(place, features, memory.hva(gpa));
  }

  public int index() {
    return index;
  }

  public int size() {
    return size;
  }

  /** Where the ring lies, as SET_VRING_ADDR tells it. */
  public VringAddress address() {
    long base = memory.hva(gpa);
    return new VringAddress(
        index, 0, base + place.desc(), base + place.used(), base + place.avail(), 0);
  }

  public SplitDriver driver() {
    return driver;
  }

  /** Block requests on this ring. */
  public BlkDriver blk(boolean indirect) {
    long slots = memory.allocate((long) size * BlkDriver.SLOT_BYTES, BlkDriver.SLOT_BYTES);
    return new BlkDriver(driver, indirect, memory.hva(slots), slots);
  }

  /** Block requests on this ring, with data in segments of {@code segmentBytes}. */
  public BlkDriver blk(long segmentBytes) {
    long slots = memory.allocate((long) size * BlkDriver.SLOT_BYTES, BlkDriver.SLOT_BYTES);
    return new BlkDriver(driver, segmentBytes, memory.hva(slots), slots);
  }

  /** The driver signals it, the back-end waits for it. */
  public EventFd kick() {
    return kick;
  }

  /** The back-end signals it when buffers were used. */
  public EventFd call() {
    return call;
  }

  /** The back-end signals it when the ring is broken. */
  public EventFd err() {
    return err;
  }

  /**
   * Waits until a descriptor of the ring is signalled, and takes the signal.
   *
   * @return false after the time
   */
  public static boolean await(EventFd fd, int timeoutMillis) {
    Libc.poll(new int[] {fd.fd()}, new int[] {Libc.POLLIN}, timeoutMillis);
    return fd.drain() > 0;
  }

  /** Closes the descriptors; the memory is the guest's. */
  @Override
  public void close() {
    kick.close();
    call.close();
    err.close();
  }
}
