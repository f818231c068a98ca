package io.vireo.bdev.uring;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.IoType;
import io.vireo.reactor.Reactor;
import java.util.UUID;
import java.util.function.Function;

/** A file or block device, by whatever name operators know it. Owns the open file. */
abstract class FileBdev extends Bdev {
  private final BackingFile file;
  private final ZeroingWays ways;
  private final UringRings rings;

  FileBdev(String name, UUID uuid, BackingFile file, UringRings rings) {
    super(name, uuid, file.geometry(), file.sizeBytes() / file.geometry().blockBytes());
    this.file = file;
    this.ways = new ZeroingWays(file.punchesHoles());
    this.rings = rings;
    rings.requireRoomFor(file.alignment());
  }

  /** Registers what is made over {@code file}, which is closed when that cannot be; the name. */
  static String register(
      BdevRegistry bdevs, BackingFile file, Function<BackingFile, FileBdev> over) {
    try {
      FileBdev bdev = over.apply(file);
      bdevs.register(bdev);
      return bdev.name();
    } catch (RuntimeException e) {
      file.close();
      throw e;
    }
  }

  final BackingFile file() {
    return file;
  }

  /**
   * Takes the size that the file has now.
   *
   * @throws BdevException when no bdev can have it, or it is smaller and the bdev is open
   */
  final void rescan() {
    resize(file.sizeBytesNow() / blockBytes());
  }

  @Override
  public final boolean supports(IoType type) {
    return type != IoType.UNMAP || file.punchesHoles();
  }

  @Override
  public final boolean readOnly() {
    return file.readOnly();
  }

  @Override
  public final boolean writeCache() {
    return true;
  }

  @Override
  protected final BdevChannel createChannel(Reactor reactor) {
    return new UringChannel(this, file, ways, rings, reactor);
  }

  @Override
  protected final void destroy() {
    file.close();
  }
}
