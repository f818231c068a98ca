package io.vireo.bdev;

import io.vireo.reactor.Reactor;
import java.util.HashMap;
import java.util.Map;

/**
 * A bdev that somebody has opened. Control threads only: making and closing channels waits for
 * their reactors.
 */
public final class BdevDescriptor implements AutoCloseable {
  private final Bdev bdev;
  private final boolean write;
  private final BdevListener listener;

  /** This descriptor's channels; guarded by the bdev's {@link BdevUsers}. */
  final Map<Reactor, BdevUsers.Use> uses = new HashMap<>();

  BdevDescriptor(Bdev bdev, boolean write, BdevListener listener) {
    this.bdev = bdev;
    this.write = write;
    this.listener = listener;
  }

  public Bdev bdev() {
    return bdev;
  }

  /** Whether it was opened for writing; channels of one that was not refuse changes. */
  public boolean write() {
    return write;
  }

  BdevListener listener() {
    return listener;
  }

  /**
   * Takes the bdev for this descriptor alone to write to, until {@link #release} or {@link #close}.
   * Others may still read.
   *
   * @param claimer shown to operators
   * @throws BdevException EPERM when it is claimed already or this descriptor only reads, EBUSY
   *     when somebody else has it open for writing, ENODEV when it is being removed
   */
  public void claim(String claimer) {
    bdev.users().claim(this, claimer);
  }

  /** Gives the claim back, if this descriptor holds it. */
  public void release() {
    bdev.users().release(this);
  }

  /**
   * Opens the bdev once more in the same way, for the same user: channels of the other descriptor
   * are others than this one's, on the same reactor too, and a claim of this one does not stand
   * against it. It is told nothing, and is closed before this one.
   *
   * @throws BdevException ENODEV when the bdev is being removed
   * @throws IllegalStateException when this descriptor is closed
   */
  public BdevDescriptor openAgain() {
    return bdev.users().openAgain(this);
  }

  /**
   * This descriptor's channel on a reactor: made when there is none, else the same again, counted.
   *
   * @throws BdevException ENODEV when the bdev is being removed
   * @throws IllegalStateException when the descriptor is closed
   */
  public BdevChannel channel(Reactor reactor) {
    return bdev.users().channel(this, reactor);
  }

  /**
   * Gives back one {@link #channel}. The last one for a reactor refuses requests from then on,
   * waits until nothing is in flight and closes the channel; nobody may use it afterwards.
   */
  public void releaseChannel(Reactor reactor) {
    bdev.users().releaseChannel(this, reactor);
  }

  /**
   * Closes all channels as {@link #releaseChannel} does, and gives back the claim. Allowed again
   * and at any moment, also from {@link BdevListener#removed}.
   */
  @Override
  public void close() {
    bdev.users().close(this);
  }
}
