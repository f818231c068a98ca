package io.vireo.bdev;

import io.vireo.reactor.Reactor;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** A bdev whose requests stay in flight until they are ended by hand. */
public final class HeldBdev extends Bdev {
  public static final int BLOCKS = 100;

  /** Requests in flight on any channel, the oldest first. */
  public final List<Held> held = new ArrayList<>();

  public final List<String> events = Collections.synchronizedList(new ArrayList<>());
  public Set<IoType> supported = EnumSet.allOf(IoType.class);
  public boolean readOnly;
  public boolean busy;
  public int unmapRanges = 1;
  public RuntimeException closingFails;

  /** A request and where it runs. */
  public record Held(BdevIo io, Channel channel) {}

  public HeldBdev(String name) {
    super(name, uuidOf(null), BdevGeometry.of(512), BLOCKS);
  }

  /** Ends a request that is in flight. */
  public void end(BdevIo io, int status) {
    Held found =
        held.stream().filter(h -> h.io() == io).findFirst().orElseThrow(AssertionError::new);
    held.remove(found);
    found.channel().end(io, status);
  }

  public void resizeTo(long blocks) {
    resize(blocks);
  }

  @Override
  public String productName() {
    return "Held disk";
  }

  @Override
  public boolean supports(IoType type) {
    return supported.contains(type);
  }

  @Override
  public boolean readOnly() {
    return readOnly;
  }

  @Override
  public int maxUnmapRanges() {
    return unmapRanges;
  }

  @Override
  protected BdevChannel createChannel(Reactor reactor) {
    events.add("channel");
    return new Channel(this, reactor);
  }

  @Override
  protected void destroy() {
    events.add("destroyed");
  }

  /** Holds what is started. */
  public static final class Channel extends BdevChannel {
    private final HeldBdev bdev;

    Channel(HeldBdev bdev, Reactor reactor) {
      super(bdev, reactor);
      this.bdev = bdev;
    }

    @Override
    protected int start(BdevIo io) {
      if (bdev.busy) {
        return IoStatus.BUSY;
      }
      bdev.held.add(new Held(io, this));
      return IoStatus.PENDING;
    }

    void end(BdevIo io, int status) {
      finish(io, status);
    }

    @Override
    protected void cancelInFlight() {
      bdev.events.add("cancel");
    }

    @Override
    protected void close() {
      bdev.events.add("closed");
      if (bdev.closingFails != null) {
        throw bdev.closingFails;
      }
    }
  }
}
