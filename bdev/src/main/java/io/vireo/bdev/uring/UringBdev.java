package io.vireo.bdev.uring;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.IoType;
import io.vireo.reactor.Reactor;
import java.util.Map;
import java.util.UUID;

/** A file or block device. Owns the open file. */
final class UringBdev extends Bdev {
  private final BackingFile file;
  private final ZeroingWays ways;
  private final UringRings rings;

  UringBdev(String name, UUID uuid, BackingFile file, UringRings rings) {
    super(name, uuid, file.geometry(), file.sizeBytes() / file.geometry().blockBytes());
    this.file = file;
    this.ways = new ZeroingWays(file.punchesHoles());
    this.rings = rings;
  }

  BackingFile file() {
    return file;
  }

  @Override
  public String productName() {
    return "URING bdev";
  }

  @Override
  public boolean supports(IoType type) {
    return type != IoType.UNMAP || file.punchesHoles();
  }

  @Override
  public boolean readOnly() {
    return file.readOnly();
  }

  @Override
  public boolean writeCache() {
    return true;
  }

  @Override
  public Map<String, Object> driverSpecific() {
    return Map.of("uring", Map.of("filename", file.path(), "direct", file.direct()));
  }

  @Override
  protected BdevChannel createChannel(Reactor reactor) {
    return new UringChannel(this, file, ways, rings, reactor);
  }

  @Override
  protected void destroy() {
    file.close();
  }
}
