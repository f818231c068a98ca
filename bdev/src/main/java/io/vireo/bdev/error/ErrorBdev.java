package io.vireo.bdev.error;

import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.filter.BaseChannel;
import io.vireo.bdev.filter.FilterBdev;
import io.vireo.bdev.filter.FilterChannel;
import io.vireo.reactor.Reactor;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;

/** A bdev that fails on request. */
final class ErrorBdev extends FilterBdev {
  private static final String PREFIX = "EE_";

  private final Injections injections = new Injections();
  private final List<ErrorChannel> channels = new CopyOnWriteArrayList<>();

  ErrorBdev(BaseBdev base, UUID uuid) {
    super(base, PREFIX + base.bdev().name(), uuid);
  }

  Injections injections() {
    return injections;
  }

  ErrorCreate parameters() {
    return new ErrorCreate(base().bdev().name(), uuid());
  }

  /** Lets requests go on that are pending. Waits for the reactors. */
  void resumePending() {
    for (ErrorChannel channel : channels) {
      channel.reactor().surely(channel::resume);
    }
  }

  /** On the channel's reactor. */
  void closed(ErrorChannel channel) {
    channels.remove(channel);
  }

  @Override
  public String productName() {
    return "Error Injection Disk";
  }

  @Override
  public Map<String, Object> driverSpecific() {
    return Map.of("error_disk", Map.of("base_bdev", base().bdev().name()));
  }

  @Override
  protected FilterChannel createChannel(Reactor reactor, BaseChannel below) {
    ErrorChannel channel = new ErrorChannel(this, reactor, below);
    channels.add(channel);
    return channel;
  }
}
