package io.vireo.daemon.perf;

import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.ProtocolException;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.blk.BlkConfig;
import io.vireo.virtio.blk.BlkFeatures;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;

/** A disk of any vhost-user back-end, by its socket. */
final class SocketDisk implements Disk {
  private static final int ANSWER_MILLIS = 10_000;
  private static final int SECTOR_BYTES = 512;

  /** What a guest's driver would accept, but for indirect tables, which only cost time here. */
  private static final long WANTED =
      VirtioFeatures.VERSION_1
          | VirtioFeatures.EVENT_IDX
          | BlkFeatures.SIZE_MAX
          | BlkFeatures.RO
          | BlkFeatures.BLK_SIZE
          | BlkFeatures.FLUSH
          | BlkFeatures.CONFIG_WCE
          | BlkFeatures.MQ
          | BlkFeatures.DISCARD;

  private static final long PROTOCOL =
      ProtocolFeatures.MQ
          | ProtocolFeatures.CONFIG
          | ProtocolFeatures.REPLY_ACK
          | ProtocolFeatures.CONFIGURE_MEM_SLOTS;

  private final Path socket;
  private final VhostUserFrontend frontend;
  private final long features;
  private final ByteBuffer config;

  private SocketDisk(Path socket, VhostUserFrontend frontend) {
    this.socket = socket;
    this.frontend = frontend;
    features = frontend.negotiate(WANTED, PROTOCOL);
    config = ByteBuffer.wrap(frontend.config(0, BlkConfig.BYTES)).order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Connects to the back-end at {@code socket} and asks what its disk is like. */
  static SocketDisk connect(Path socket) {
    VhostUserFrontend frontend = VhostUserFrontend.connect(socket, ANSWER_MILLIS);
    try {
      return new SocketDisk(socket, frontend);
    } catch (RuntimeException e) {
      frontend.close();
      throw e;
    }
  }

  private boolean has(long feature) {
    return VirtioFeatures.has(features, feature);
  }

  /** The way to send it any message. */
  VhostUserFrontend frontend() {
    return frontend;
  }

  @Override
  public String name() {
    return socket.toString();
  }

  @Override
  public long features() {
    return features;
  }

  @Override
  public long capacityBytes() {
    return config.getLong(BlkConfig.CAPACITY) * SECTOR_BYTES;
  }

  @Override
  public int blockBytes() {
    return has(BlkFeatures.BLK_SIZE) ? config.getInt(BlkConfig.BLK_SIZE) : SECTOR_BYTES;
  }

  @Override
  public long segmentBytes() {
    long sizeMax =
        has(BlkFeatures.SIZE_MAX) ? Integer.toUnsignedLong(config.getInt(BlkConfig.SIZE_MAX)) : 0;
    return sizeMax == 0 ? Integer.MAX_VALUE : sizeMax; // QEMU's offers the feature and no limit
  }

  @Override
  public int maxQueues() {
    return has(BlkFeatures.MQ) ? Short.toUnsignedInt(config.getShort(BlkConfig.NUM_QUEUES)) : 1;
  }

  @Override
  public void share(FrontendMemory memory) {
    try {
      frontend.share(memory);
    } catch (ProtocolException | IllegalStateException e) {
      long bytes = memory.regions().stream().mapToLong(FrontendMemory.Region::bytes).sum();
      throw new IllegalStateException("%d bytes of memory: %s".formatted(bytes, e.getMessage()), e);
    }
  }

  /**
   * Shares regions one by one.
   *
   * @throws IllegalStateException naming the one that the back-end does not take
   */
  void addRegions(List<FrontendMemory.Region> regions) {
    for (int i = 0; i < regions.size(); i++) {
      FrontendMemory.Region region = regions.get(i);
      try {
        frontend.addRegion(region);
      } catch (ProtocolException | IllegalStateException e) {
        throw new IllegalStateException(
            "region %d of %d, %d bytes at 0x%x: %s"
                .formatted(i + 1, regions.size(), region.bytes(), region.gpa(), e.getMessage()),
            e);
      }
    }
  }

  @Override
  public void start(FrontendRing ring) {
    frontend.start(ring, 0);
  }

  @Override
  public void check() throws IOException {
    frontend.raw().receive().ifPresent(Message::close);
    if (frontend.raw().ended()) {
      throw new IOException(socket + ": the back-end has closed the connection");
    }
  }

  @Override
  public void close() {
    frontend.close();
  }
}
