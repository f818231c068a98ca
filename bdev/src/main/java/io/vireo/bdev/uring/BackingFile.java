package io.vireo.bdev.uring;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevGeometry;
import io.vireo.linux.BlockDevice;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.FileStat;
import io.vireo.linux.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The file or block device behind a bdev, opened. Control threads.
 *
 * @param path as the operator gave it
 * @param fd owned
 * @param sizeBytes when it was opened; a multiple of the block, not 0
 * @param readOnly it could not be opened for writing, nobody may write it, or it was asked for
 * @param direct opened with O_DIRECT
 * @param alignment what that demands of requests
 * @param geometry its block and what it prefers
 * @param punchesHoles whether ranges can be given back; of a block device only trying tells
 */
record BackingFile(
    String path,
    int fd,
    long sizeBytes,
    boolean readOnly,
    boolean direct,
    IoAlignment alignment,
    BdevGeometry geometry,
    boolean punchesHoles)
    implements AutoCloseable {

  /** The block of the usual file systems, where none is asked for. */
  static final int FILE_BLOCK_BYTES = 4096;

  private static final int ANY_WRITE_BIT = 0222;
  private static final int S_IFMT = 0170000;
  private static final int S_IFREG = 0100000;
  private static final int S_IFBLK = 0060000;

  /** Whether to try O_DIRECT. */
  enum Caching {
    /** Past the page cache if the file system can. */
    DIRECT,
    /** Through the page cache. */
    BUFFERED
  }

  /**
   * Opens a file or block device.
   *
   * @param blockBytes 0 for the device's logical block, or 4096 for a file
   * @throws ErrnoException when it cannot be opened
   * @throws BdevException when it cannot be a bdev
   */
  static BackingFile open(String path, int blockBytes, Caching caching) {
    return open(path, blockBytes, caching, false);
  }

  /** The same, but not for writing when that is not wanted. */
  static BackingFile open(String path, int blockBytes, Caching caching, boolean onlyToRead) {
    boolean writable = (requireStorage(path) & ANY_WRITE_BIT) != 0 && !onlyToRead;
    int fd = writable ? openWritable(path) : -1;
    boolean readOnly = fd < 0;
    if (readOnly) {
      fd = Libc.open(path, Libc.O_RDONLY, 0);
    }
    try {
      return inspect(path, fd, readOnly, blockBytes, caching);
    } catch (RuntimeException e) {
      Libc.close(fd);
      throw e;
    }
  }

  /** Its mode. Looked at before it is opened, for opening a FIFO waits and some devices act. */
  private static int requireStorage(String path) {
    int mode;
    try {
      mode = (int) Files.getAttribute(Path.of(path), "unix:mode");
    } catch (IOException | InvalidPathException e) {
      return ANY_WRITE_BIT; // open says why, in the system's words
    }
    int type = mode & S_IFMT;
    if (type != S_IFREG && type != S_IFBLK) {
      throw BdevException.invalid("%s is neither a file nor a block device".formatted(path));
    }
    return mode;
  }

  private static int openWritable(String path) {
    try {
      return Libc.open(path, Libc.O_RDWR, 0);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EACCES || e.errno() == Errno.EPERM || e.errno() == Errno.EROFS) {
        return -1;
      }
      throw e;
    }
  }

  private static BackingFile inspect(
      String path, int fd, boolean readOnly, int wantedBlock, Caching caching) {
    boolean device = FileStat.of(fd).isBlockDevice();
    long size = sizeBytes(fd);
    BdevGeometry geometry = device ? ofDevice(path, fd, wantedBlock) : ofFile(wantedBlock);
    requireBlocks(path, size, geometry.blockBytes());
    boolean punches = !readOnly && (device || canPunch(fd, size));
    BackingFile buffered =
        new BackingFile(path, fd, size, readOnly, false, IoAlignment.NONE, geometry, punches);
    return caching == Caching.DIRECT ? buffered.orDirect() : buffered;
  }

  private static long sizeBytes(int fd) {
    FileStat stat = FileStat.of(fd);
    return stat.isBlockDevice() ? BlockDevice.sizeBytes(fd) : stat.sizeBytes();
  }

  /**
   * Its size at this moment.
   *
   * @throws BdevException when no bdev can have it
   */
  long sizeBytesNow() {
    long now = sizeBytes(fd);
    requireBlocks(path, now, geometry.blockBytes());
    return now;
  }

  private static BdevGeometry ofDevice(String path, int fd, int wantedBlock) {
    int logical = BlockDevice.logicalBlockBytes(fd);
    int block = wantedBlock == 0 ? logical : wantedBlock;
    if (block < logical) {
      throw BdevException.invalid(
          "block size %d is smaller than the logical block %d of %s"
              .formatted(block, logical, path));
    }
    int physical = Math.max(block, BlockDevice.physicalBlockBytes(fd));
    int optimalBlocks = BlockDevice.optimalIoBytes(fd) / block;
    return new BdevGeometry(block, physical, 0, 0, 0, optimalBlocks, 0, 0);
  }

  /** Smaller writes than a file system's block cost it a read; smaller holes give nothing back. */
  private static BdevGeometry ofFile(int wantedBlock) {
    int block = wantedBlock == 0 ? FILE_BLOCK_BYTES : wantedBlock;
    int perFileBlock = Math.max(1, FILE_BLOCK_BYTES / block);
    int physical = Math.max(block, FILE_BLOCK_BYTES);
    return new BdevGeometry(block, physical, 0, 0, 0, 0, perFileBlock, perFileBlock);
  }

  private static void requireBlocks(String path, long sizeBytes, int blockBytes) {
    if (sizeBytes == 0) {
      throw BdevException.invalid("%s is empty, a bdev has at least one block".formatted(path));
    }
    if (sizeBytes % blockBytes != 0) {
      throw BdevException.invalid(
          "size %d of %s is no multiple of the block size %d"
              .formatted(sizeBytes, path, blockBytes));
    }
  }

  /** Punches behind the end, where there is nothing to lose. */
  private static boolean canPunch(int fd, long sizeBytes) {
    try {
      int mode = Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE;
      Libc.fallocate(fd, mode, sizeBytes, FILE_BLOCK_BYTES);
      return true;
    } catch (ErrnoException e) {
      return false;
    }
  }

  /** The same file past the page cache, if that can be; takes over its descriptor then. */
  private BackingFile orDirect() {
    int directFd;
    try {
      // By descriptor, so that it is the same file whatever has become of the name.
      int access = readOnly ? Libc.O_RDONLY : Libc.O_RDWR;
      directFd = Libc.open("/proc/self/fd/" + fd, access | Libc.O_DIRECT, 0);
    } catch (ErrnoException e) {
      if (e.errno() == Errno.EINVAL) {
        return this;
      }
      throw e;
    }
    return closingOther(directFd);
  }

  private BackingFile closingOther(int directFd) {
    int other = directFd;
    try {
      Optional<IoAlignment> demands =
          new AlignmentProbe(directFd, geometry.blockBytes(), sizeBytes).find();
      if (demands.isEmpty()) {
        return this;
      }
      other = fd;
      return new BackingFile(
          path, directFd, sizeBytes, readOnly, true, demands.get(), geometry, punchesHoles);
    } finally {
      Libc.close(other);
    }
  }

  /** The same with stricter demands. */
  BackingFile demanding(IoAlignment stricter) {
    return new BackingFile(path, fd, sizeBytes, readOnly, direct, stricter, geometry, punchesHoles);
  }

  /** The same, none of whose space is given back. */
  BackingFile keepingSpace() {
    return new BackingFile(path, fd, sizeBytes, readOnly, direct, alignment, geometry, false);
  }

  @Override
  public void close() {
    Libc.close(fd);
  }
}
