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
import java.util.Arrays;
import java.util.Random;

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
  private static final int AREA_BYTES = 16 << 20; // of the disk, in which everything happens
  private static final int MEMORY_BYTES = 192 << 20;
  private static final long PATIENCE_NS = 30_000_000_000L;

  private final VhostUserFrontend frontend;
  private final FrontendMemory memory;
  private final FrontendRing ring;
  private final BlkDriver driver;
  private final long capacity;
  private final int block;
  private final byte[] disk; // what is on the area
  private final Random random = new Random(42);

  /** A request in flight. */
  private static final class Request {
    final boolean write;
    final int at;
    final int bytes;
    final long gpa;
    final byte[] data;

    Request(boolean write, int at, int bytes, long gpa, byte[] data) {
      this.write = write;
      this.at = at;
      this.bytes = bytes;
      this.gpa = gpa;
      this.data = data;
    }

    @Override
    public String toString() {
      return "%s of %d bytes at %d".formatted(write ? "write" : "read", bytes, at);
    }
  }

  SocketChecks(Path socket, long sectors, int block) {
    this.block = block;
    frontend = VhostUserFrontend.connect(socket, 10_000);
    long features = frontend.negotiate(FEATURES, PROTOCOL);
    byte[] config = frontend.config(0, BlkConfig.BYTES);
    capacity =
        ByteBuffer.wrap(config).order(ByteOrder.LITTLE_ENDIAN).getLong(BlkConfig.CAPACITY) * 512;
    require(sectors == 0 || capacity == sectors * 512, capacity);
    memory = FrontendMemory.of("checks", MEMORY_BYTES);
    ring = new FrontendRing(memory, 0, RING, features);
    frontend.share(memory);
    frontend.start(ring, 0);
    driver = ring.blk(true);
    disk = new byte[(int) Math.min(AREA_BYTES, capacity)];
    readAll();
  }

  private void readAll() {
    long gpa = memory.allocate(MAX_BYTES, 4096);
    for (int at = 0; at < disk.length; at += MAX_BYTES) {
      int tag = driver.read(at / 512, gpa, MAX_BYTES);
      await(tag);
      Mem.copy(memory.hva(gpa), disk, at, MAX_BYTES);
    }
  }

  private void await(int tag) {
    require(next() == tag, "another request ended");
    require(driver.status(tag) == BlkStatus.OK, "status " + driver.status(tag));
  }

  /** The next request that ends. */
  private int next() {
    kick();
    long deadline = System.nanoTime() + PATIENCE_NS;
    int tag = driver.poll();
    while (tag < 0) {
      require(System.nanoTime() - deadline < 0, "nothing ended within 30 s");
      Thread.onSpinWait();
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
    Request[] byTag = new Request[RING * 2];
    long[] slots = new long[depth];
    int room = Math.min(MAX_BYTES, MEMORY_BYTES / 2 / depth) & -4096;
    long base = memory.allocate((long) depth * (room + 4096), 4096);
    for (int i = 0; i < depth; i++) {
      slots[i] = base + (long) i * (room + 4096);
    }
    int span = disk.length / depth & -block; // each slot has its part of the disk
    int[] slotOf = new int[byTag.length];
    int begun = 0;
    int ended = 0;
    long bytes = 0;
    for (int slot = 0; slot < depth && begun < requests; slot++, begun++) {
      begin(slot, slots[slot], span, room, alignment, byTag, slotOf);
    }
    while (ended < begun) {
      int tag = next();
      bytes += finish(byTag[tag], tag);
      ended++;
      if (begun < requests) {
        begin(slotOf[tag], slots[slotOf[tag]], span, room, alignment, byTag, slotOf);
        begun++;
      }
    }
    return "%d requests, %d KiB".formatted(ended, bytes >> 10);
  }

  private void begin(
      int slot, long gpa, int span, int room, int alignment, Request[] byTag, int[] slotOf) {
    int most = Math.min(span, room) / block;
    int blocks = 1 + random.nextInt(random.nextInt(4) == 0 ? most : Math.min(most, 16));
    int at = slot * span + random.nextInt((span / block) - blocks + 1) * block;
    int bytes = blocks * block;
    long data = gpa + (alignment >= 4096 ? 0 : random.nextInt(4096 / alignment) * (long) alignment);
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
    byTag[tag] = new Request(write, at, bytes, data, content);
    slotOf[tag] = slot;
  }

  private int finish(Request request, int tag) {
    require(driver.status(tag) == BlkStatus.OK, "status " + driver.status(tag) + " of " + request);
    if (request.write) {
      System.arraycopy(request.data, 0, disk, request.at, request.bytes);
    } else {
      Mem.copy(memory.hva(request.gpa), request.data, 0, request.bytes);
      int differs =
          Arrays.mismatch(
              request.data, 0, request.bytes, disk, request.at, request.at + request.bytes);
      require(differs < 0, "byte %d of %s".formatted(differs, request));
    }
    return request.bytes;
  }

  /** Discard (what is read then may be anything), write zeroes, flush. */
  Object otherRequests() {
    int sectors = 64 * block / 512;
    await(driver.writeZeroes(0, sectors, false));
    Arrays.fill(disk, 0, sectors * 512, (byte) 0);
    await(driver.flush());
    readAndCompare(0, sectors * 512);
    await(driver.discard(sectors, sectors));
    await(driver.writeZeroes(sectors, sectors, true)); // so that it is known again
    Arrays.fill(disk, sectors * 512, sectors * 1024, (byte) 0);
    readAndCompare(sectors * 512, sectors * 512);
    return "done";
  }

  private void readAndCompare(int at, int bytes) {
    long gpa = memory.allocate(bytes, 4096);
    await(driver.read(at / 512, gpa, bytes));
    byte[] seen = new byte[bytes];
    Mem.copy(memory.hva(gpa), seen, 0, bytes);
    int differs = Arrays.mismatch(seen, 0, bytes, disk, at, at + bytes);
    require(differs < 0, "byte " + (at + differs));
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
