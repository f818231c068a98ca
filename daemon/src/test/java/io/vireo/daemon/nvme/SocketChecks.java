package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.Mem;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.virtio.VirtioFeatures;
import io.vireo.virtio.blk.BlkConfig;
import io.vireo.virtio.blk.BlkFeatures;
import io.vireo.virtio.blk.BlkStatus;
import io.vireo.virtio.driver.BlkDriver;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.IntPredicate;

/** A front-end of one disk that knows what must be on it. */
final class SocketChecks implements AutoCloseable {
  private static final long FEATURES =
      VirtioFeatures.VERSION_1
          | VirtioFeatures.EVENT_IDX
          | VirtioFeatures.INDIRECT_DESC
          | BlkFeatures.BLK_SIZE
          | BlkFeatures.FLUSH
          | BlkFeatures.DISCARD
          | BlkFeatures.WRITE_ZEROES;
  private static final long PROTOCOL =
      ProtocolFeatures.MQ | ProtocolFeatures.CONFIG | ProtocolFeatures.REPLY_ACK;
  private static final int RING = 128;
  private static final int MAX_BYTES = 1 << 20;
  private static final int AREA_MIB = 16; // of the disk, in which everything happens, at least
  private static final int USUAL_DEPTH = 16;
  private static final int SLOT_BYTES = MAX_BYTES + 4096; // data may begin anywhere in a page
  private static final int OTHER_BYTES = 8 << 20; // of memory: rings, and data of single requests
  private static final long PAUSE_NS = 10_000; // others need the CPU, also the one who emulates it
  private static final long PATIENCE_NS = 30_000_000_000L;

  private final VhostUserFrontend frontend;
  private final FrontendMemory memory;
  private final FrontendRing ring;
  private final BlkDriver driver;
  private final long slots; // where data lie, for each request in flight
  private final long capacity;
  private final int block;
  private final int maxDepth;
  private final KnownContent disk; // what is on the area
  private final SplittableRandom random = new SplittableRandom(42);
  private Expectation expected;
  private int begun;
  private final AtomicLong ended = new AtomicLong();
  private final AtomicLong failed = new AtomicLong();

  SocketChecks(Path socket, long sectors, int block) {
    this(socket, sectors, block, USUAL_DEPTH, Expectation.SUCCESS);
  }

  /**
   * @param sectors how many the disk must have; 0: as many as it has
   * @param maxDepth requests in flight at most. Memory is made for so many: it takes time to pin
   */
  SocketChecks(Path socket, long sectors, int block, int maxDepth, Expectation expected) {
    this.block = block;
    this.maxDepth = maxDepth;
    this.expected = expected;
    frontend = VhostUserFrontend.connect(socket, 10_000);
    long features = frontend.negotiate(FEATURES, PROTOCOL);
    byte[] config = frontend.config(0, BlkConfig.BYTES);
    capacity =
        ByteBuffer.wrap(config).order(ByteOrder.LITTLE_ENDIAN).getLong(BlkConfig.CAPACITY) * 512;
    require(sectors == 0 || capacity == sectors * 512, capacity);
    memory = FrontendMemory.of("checks", ((long) maxDepth << 20) + OTHER_BYTES);
    ring = new FrontendRing(memory, 0, RING, features);
    frontend.share(memory);
    frontend.start(ring, 0);
    driver = ring.blk(true);
    slots = memory.allocate((long) maxDepth * SLOT_BYTES, 4096);
    // Each request in flight has its part of the area, in which the longest one has room.
    long area = Math.min(capacity, (long) Math.max(AREA_MIB, maxDepth) << 20);
    disk = new KnownContent((int) area & -MAX_BYTES, block);
    readAll();
  }

  private void readAll() {
    long gpa = memory.allocate(MAX_BYTES, 4096);
    byte[] seen = new byte[MAX_BYTES];
    for (int at = 0; at < disk.bytes(); at += MAX_BYTES) {
      int status = statusOf(driver.read(at / 512, gpa, MAX_BYTES));
      require(expected.allows(status, at, MAX_BYTES), "status " + status);
      if (status == BlkStatus.OK) {
        Mem.copy(memory.hva(gpa), seen, 0, MAX_BYTES);
        disk.written(at, seen, MAX_BYTES);
      } else {
        disk.lost(at, MAX_BYTES);
      }
    }
  }

  /** What requests may end with from now on. */
  void expect(Expectation now) {
    expected = now;
  }

  /** Requests that have ended; any thread, as the next. */
  long ended() {
    return ended.get();
  }

  long failed() {
    return failed.get();
  }

  /** Reads some sectors; answers the status. */
  int read(long sector, int sectors) {
    return statusOf(driver.read(sector, slots, sectors * 512L));
  }

  /** Begins to read some sectors; answers what it is known by. */
  int begin(long sector, int sectors) {
    int tag = driver.read(sector, slots, sectors * 512L);
    kick();
    return tag;
  }

  /** What it ends with. */
  int end(int tag) {
    return statusOf(tag);
  }

  /** Writes something to some sectors, of which nothing is expected; answers the status. */
  int write(long sector, int sectors) {
    return statusOf(driver.write(sector, slots, sectors * 512L));
  }

  private void await(int tag) {
    int status = statusOf(tag);
    require(status == BlkStatus.OK, "status " + status);
  }

  /** What the only request in flight ends with. */
  private int statusOf(int tag) {
    require(next() == tag, "another request ended");
    return driver.status(tag);
  }

  /** The next request that ends. */
  private int next() {
    kick();
    long deadline = System.nanoTime() + PATIENCE_NS;
    int tag = driver.poll();
    while (tag < 0) {
      require(System.nanoTime() - deadline < 0, "nothing ended within 30 s");
      LockSupport.parkNanos(PAUSE_NS);
      tag = driver.poll();
    }
    return tag;
  }

  private void kick() {
    if (driver.publish()) {
      ring.kick().signal();
    }
  }

  /**
   * Writes and reads at random, without two requests that meet, and compares each byte.
   *
   * @param alignment of the buffers
   */
  Object verify(int depth, int requests, int alignment) {
    long end = ended() + requests;
    return verify(depth, alignment, inFlight -> ended() + inFlight < end);
  }

  /** The same as long as somebody wants it. */
  Object verifyWhile(int depth, BooleanSupplier wanted) {
    return verify(depth, 512, _ -> wanted.getAsBoolean());
  }

  private Object verify(int depth, int alignment, IntPredicate more) {
    require(depth <= maxDepth, depth);
    DiskRequest[] byTag = new DiskRequest[RING * 2];
    int span = disk.bytes() / depth & -block; // each slot has its part of the disk
    int inFlight = 0;
    long endedBefore = ended();
    long failedBefore = failed();
    long bytes = 0;
    for (int slot = 0; slot < depth && more.test(inFlight); slot++, inFlight++) {
      begin(slot, span, alignment, byTag);
    }
    while (inFlight > 0) {
      int tag = next();
      bytes += finish(byTag[tag], tag);
      inFlight--;
      if (more.test(inFlight)) {
        begin(byTag[tag].slot, span, alignment, byTag);
        inFlight++;
      }
    }
    return "%d requests, %d KiB, %d failed"
        .formatted(ended() - endedBefore, bytes >> 10, failed() - failedBefore);
  }

  private void begin(int slot, int span, int alignment, DiskRequest[] byTag) {
    int most = Math.min(span, MAX_BYTES) / block;
    int blocks = switch (begun++ % 50) { // the ends always, and more small ones than large ones
          case 0 -> 1;
          case 1 -> most;
          default -> 1 + random.nextInt(random.nextInt(4) == 0 ? most : Math.min(most, 16));
        };
    int at = slot * span + random.nextInt((span / block) - blocks + 1) * block;
    int bytes = blocks * block;
    long data =
        slots + (long) slot * SLOT_BYTES + random.nextInt(4096 / alignment) * (long) alignment;
    boolean write = random.nextBoolean();
    byte[] content = new byte[bytes];
    int tag;
    if (write) {
      random.nextBytes(content);
      Mem.copy(content, 0, memory.hva(data), bytes);
      tag = driver.write(at / 512, data, bytes);
    } else {
      Mem.fill(memory.hva(data), bytes, (byte) 0x5a);
      tag = driver.read(at / 512, data, bytes);
    }
    byTag[tag] = new DiskRequest(slot, write, at, bytes, data, content);
  }

  private int finish(DiskRequest request, int tag) {
    int status = driver.status(tag);
    require(
        expected.allows(status, request.at, request.bytes), "status " + status + " of " + request);
    if (status != BlkStatus.OK) {
      failed.incrementAndGet();
      if (request.write) {
        disk.lost(request.at, request.bytes);
      }
    } else if (request.write) {
      disk.written(request.at, request.data, request.bytes);
    } else {
      Mem.copy(memory.hva(request.gpa), request.data, 0, request.bytes);
      disk.check(request.at, request.data, request.bytes);
    }
    ended.incrementAndGet();
    return request.bytes;
  }

  /** Discard (what is read then may be anything), write zeroes, flush. */
  Object otherRequests() {
    int sectors = 64 * block / 512;
    byte[] zeroes = new byte[sectors * 512];
    await(driver.writeZeroes(0, sectors, false));
    disk.written(0, zeroes, zeroes.length);
    await(driver.flush());
    readAndCompare(0, zeroes.length);
    await(driver.discard(sectors, sectors));
    await(driver.writeZeroes(sectors, sectors, true)); // so that it is known again
    disk.written(zeroes.length, zeroes, zeroes.length);
    readAndCompare(zeroes.length, zeroes.length);
    return "done";
  }

  private void readAndCompare(int at, int bytes) {
    long gpa = memory.allocate(bytes, 4096);
    await(driver.read(at / 512, gpa, bytes));
    byte[] seen = new byte[bytes];
    Mem.copy(memory.hva(gpa), seen, 0, bytes);
    disk.check(at, seen, bytes);
  }

  /** Of the whole disk. */
  byte[] digest() {
    MessageDigest digest = NvmeTargetGuestChecks.md5();
    long gpa = memory.allocate(MAX_BYTES, 4096);
    byte[] part = new byte[MAX_BYTES];
    for (long at = 0; at < capacity; at += MAX_BYTES) {
      int bytes = (int) Math.min(MAX_BYTES, capacity - at);
      await(driver.read(at / 512, gpa, bytes));
      Mem.copy(memory.hva(gpa), part, 0, bytes);
      digest.update(part, 0, bytes);
    }
    return digest.digest();
  }

  @Override
  public void close() {
    frontend.stop(0);
    frontend.close();
    ring.close();
    memory.close();
  }
}
