package io.vireo.bdev.nvme;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.IoType;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.Capabilities;
import io.vireo.nvme.spec.DsmRange;
import io.vireo.reactor.Reactor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A namespace of a drive. */
final class NvmeBdev extends Bdev {
  private static final Logger log = LoggerFactory.getLogger(NvmeBdev.class);

  private final NvmeDrive drive;
  private final int supported;
  private volatile NvmeNamespace namespace;

  NvmeBdev(NvmeDrive drive, String name, UUID uuid, NvmeNamespace namespace) {
    super(name, uuid, NamespaceGeometry.of(namespace), namespace.blocks());
    this.drive = drive;
    this.namespace = namespace;
    this.supported = drive.optionalCommands();
  }

  /** The bdev of a namespace; null for one that cannot be one. */
  static NvmeBdev of(NvmeDrive drive, NvmeNamespace namespace) {
    String refusal = NamespaceGeometry.refusal(namespace);
    if (refusal != null) {
      log.warn("namespace {} of {} is no bdev: {}", namespace.id(), drive.name(), refusal);
      return null;
    }
    String name = drive.name() + "n" + Integer.toUnsignedString(namespace.id());
    return new NvmeBdev(drive, name, NamespaceIdentity.uuid(drive, namespace), namespace);
  }

  NvmeDrive drive() {
    return drive;
  }

  NvmeNamespace namespace() {
    return namespace;
  }

  /**
   * The same namespace has another size. Channels follow it before they see the new size.
   *
   * @return false when it has become smaller and somebody has it open: it is another disk then
   */
  boolean follow(NvmeNamespace now) {
    NvmeNamespace before = namespace;
    namespace = now;
    try {
      resize(now.blocks());
      return true;
    } catch (BdevException e) {
      namespace = before;
      return false;
    }
  }

  @Override
  public String productName() {
    return "NVMe disk";
  }

  @Override
  public boolean supports(IoType type) {
    return switch (type) {
      case READ, WRITE, FLUSH, RESET -> true;
      case UNMAP -> (supported & Capabilities.ONCS_DATASET_MANAGEMENT) != 0;
      case WRITE_ZEROES -> (supported & Capabilities.ONCS_WRITE_ZEROES) != 0;
    };
  }

  @Override
  public boolean writeCache() {
    return drive.identify().volatileWriteCache();
  }

  @Override
  public Map<String, Object> driverSpecific() {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("nvme", List.of(DriveReport.ofNamespace(drive, namespace)));
    map.put("mp_policy", "active_passive");
    return map;
  }

  @Override
  public boolean readOnly() {
    return namespace.identify().writeProtected();
  }

  @Override
  public int maxUnmapRanges() {
    return DsmRange.MAX_RANGES;
  }

  @Override
  public boolean dma() {
    return drive.reachesGuests();
  }

  /** Making a queue pair takes the drive's time, and that is not the reactor's. */
  @Override
  protected BdevChannel openChannel(Reactor reactor) {
    DriveQueue queue = drive.join(reactor);
    try {
      return reactor.call(() -> new NvmeChannel(this, reactor, queue.begin()));
    } catch (RuntimeException | Error e) {
      drive.leave(queue);
      throw e;
    }
  }

  @Override
  protected BdevChannel createChannel(Reactor reactor) {
    throw new AssertionError("made by openChannel");
  }

  /** The drive's queues and registers stay: other namespaces use them. */
  @Override
  protected void destroy() {}
}
