package io.vireo.bdev.split;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.filter.BaseBdev;
import io.vireo.bdev.filter.BaseChannel;
import io.vireo.bdev.filter.FilterBdev;
import io.vireo.bdev.filter.FilterChannel;
import io.vireo.bdev.filter.ForwardingChannel;
import io.vireo.reactor.Reactor;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** One part of a bdev. */
final class SplitBdev extends FilterBdev {
  private final Layout layout;
  private final int index;
  private final long offsetBlocks;

  private SplitBdev(BaseBdev base, Layout layout, int index) {
    super(
        base,
        base.bdev().name() + "p" + index,
        uuid(base.bdev(), index),
        layout.geometry(base.bdev().geometry()),
        layout.partBlocks());
    this.layout = layout;
    this.index = index;
    this.offsetBlocks = index * layout.partBlocks();
  }

  /** All parts of a base, in order. */
  static List<SplitBdev> parts(BaseBdev base, SplitCreate p) {
    Layout layout = Layout.of(base.bdev(), p);
    List<SplitBdev> parts = new ArrayList<>();
    for (int i = 0; i < layout.parts(); i++) {
      parts.add(new SplitBdev(base, layout, i));
    }
    return parts;
  }

  /** Always the same of the same base, for nobody can give it. */
  private static UUID uuid(Bdev base, int index) {
    String text = "%s split p%d".formatted(base.uuid(), index);
    return UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8));
  }

  boolean isFirst() {
    return index == 0;
  }

  /** The call that makes it and its siblings at the places where they are. */
  SplitCreate parameters() {
    return layout.call(base().bdev());
  }

  /** Its place is fixed: what the base has grown by belongs to no part. */
  @Override
  protected void baseResized() {}

  @Override
  public String productName() {
    return "Split Disk";
  }

  @Override
  public Map<String, Object> driverSpecific() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("base_bdev", base().bdev().name());
    map.put("offset_blocks", offsetBlocks);
    return Map.of("split", map);
  }

  @Override
  protected FilterChannel createChannel(Reactor reactor, BaseChannel below) {
    return new ForwardingChannel(this, reactor, below, offsetBlocks * blockBytes());
  }
}
