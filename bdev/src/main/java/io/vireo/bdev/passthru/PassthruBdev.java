package io.vireo.bdev.passthru;

import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.filter.BaseChannel;
import io.vireo.bdev.filter.FilterBdev;
import io.vireo.bdev.filter.FilterChannel;
import io.vireo.bdev.filter.ForwardingChannel;
import io.vireo.reactor.Reactor;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** Another name for a bdev. */
final class PassthruBdev extends FilterBdev {
  PassthruBdev(BaseBdev base, String name, UUID uuid) {
    super(base, name, uuid);
  }

  PassthruCreate parameters() {
    return new PassthruCreate(base().bdev().name(), name(), uuid());
  }

  @Override
  public String productName() {
    return "passthru";
  }

  @Override
  public Map<String, Object> driverSpecific() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("name", name());
    map.put("base_bdev_name", base().bdev().name());
    return Map.of("passthru", map);
  }

  @Override
  protected FilterChannel createChannel(Reactor reactor, BaseChannel below) {
    return new ForwardingChannel(this, reactor, below, 0);
  }
}
