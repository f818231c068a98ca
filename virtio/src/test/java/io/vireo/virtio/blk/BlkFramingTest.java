package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import io.vireo.virtio.GuestRam;
import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.TestDisk;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Requests of any type, mostly good ones, cut into any buffers in any places (virtio 1.3, 2.7.4.1),
 * against {@link BlkModel}: status, used length, the data on both sides, and not a byte elsewhere.
 */
class BlkFramingTest {
  private static final int SECTORS = 48;
  private static final int RING_REGION = 1 << 18;
  private static final int PAGE = 4096;
  private static final int PAGES = 7; // each a region of its own
  private static final int REQUESTS = 12;
  private static final int[] TYPES = {
    BlkType.IN,
    BlkType.IN,
    BlkType.IN,
    BlkType.OUT,
    BlkType.OUT,
    BlkType.OUT,
    BlkType.FLUSH,
    BlkType.FLUSH_OUT,
    BlkType.GET_ID,
    BlkType.DISCARD,
    BlkType.WRITE_ZEROES,
    BlkType.DISCARD,
    BlkType.WRITE_ZEROES,
    7
  };

  /** A piece of the request and where it lies. */
  private record Buffer(long gpa, int bytes, boolean writable) {}

  @Property(tries = 250)
  void any_framing_of_any_request_does_what_the_model_does(
      @ForAll Random random, @ForAll boolean atOnce) {
    long[] sizes = new long[PAGES + 1];
    Arrays.fill(sizes, PAGE);
    sizes[0] = RING_REGION;
    PendingBdev bdev = new PendingBdev("model", 512, SECTORS);
    try (TestDisk disk =
        TestDisk.with()
            .size(1 << (3 + random.nextInt(4)))
            .startAt(random.nextInt(0x10000))
            .ram(GuestRam.of(sizes))
            .bdev(atOnce ? bdev.atOnce() : bdev)
            .build()) {
      BlkModel model = new BlkModel(SECTORS * 512, BlkOptions.DEFAULT.id("model"));
      random.nextBytes(model.disk);
      disk.bdev.store(0, model.disk);
      long table = disk.ram.allocate(16 * 256);
      for (int i = 0; i < REQUESTS; i++) {
        run(disk, model, table, random);
      }
      assertThat(disk.bdev.stored(0, SECTORS * 512)).isEqualTo(model.disk);
      assertThat(disk.breaks).isEmpty();
      assertThat(disk.ram.canariesIntact()).isTrue();
    }
  }

  private static void run(TestDisk disk, BlkModel model, long table, Random random) {
    byte[] memory = new byte[PAGES * PAGE];
    random.nextBytes(memory);
    disk.ram.put(GuestRam.GPA + RING_REGION, memory);
    byte[] readable = readable(random);
    int room = room(readable, random);
    List<Buffer> buffers = place(readable.length, room, random);
    put(disk, memory, buffers, readable);
    byte[] writable = gather(memory, buffers, true);

    int direct = random.nextInt(Math.min(buffers.size(), disk.split.free() - 1) + 1);
    for (int i = 0; i < buffers.size(); i++) {
      if (i == direct) {
        disk.split.table(disk.ram.hva(table), table);
      }
      Buffer buffer = buffers.get(i);
      if (buffer.writable()) {
        disk.split.writable(buffer.gpa(), buffer.bytes());
      } else {
        disk.split.readable(buffer.gpa(), buffer.bytes());
      }
    }
    int head = disk.split.offer();
    disk.run();
    while (disk.bdev.pending() > 0) {
      disk.bdev.completeAll();
      disk.settle();
    }

    BlkModel.Answer expected = model.execute(readable, writable);
    assertThat(disk.split.reap()).isEqualTo(head);
    byte[] after = disk.ram.get(GuestRam.GPA + RING_REGION, memory.length);
    byte[] written = gather(after, buffers, true);
    assertThat(written[room - 1]).as("status").isEqualTo((byte) expected.status);
    assertThat(written).as("writable part").isEqualTo(expected.writable);
    assertThat(disk.split.reapedBytes()).as("used length").isEqualTo(expected.used);
    scatter(memory, buffers, expected.writable);
    assertThat(after).as("everything else").isEqualTo(memory);
  }

  /** Header and payload of a request that is mostly in order. */
  private static byte[] readable(Random random) {
    int type = random.nextInt(20) == 0 ? random.nextInt() : TYPES[random.nextInt(TYPES.length)];
    boolean ranges = type == BlkType.DISCARD || type == BlkType.WRITE_ZEROES;
    int payload = 0;
    if (type == BlkType.OUT) {
      payload = 512 * random.nextInt(9);
    } else if (ranges) {
      payload = 16 * (1 + random.nextInt(random.nextInt(8) == 0 ? 34 : 4));
    }
    if (random.nextInt(12) == 0) {
      payload += random.nextInt(40);
    }
    ByteBuffer request = ByteBuffer.allocate(16 + payload).order(ByteOrder.LITTLE_ENDIAN);
    request.putInt(type).putInt(random.nextInt()).putLong(sector(random));
    while (request.hasRemaining()) {
      if (ranges && request.remaining() >= 16) {
        request.putLong(sector(random)).putInt(random.nextInt(10)).putInt(flags(random));
      } else {
        request.put((byte) random.nextInt());
      }
    }
    int cut = random.nextInt(25) == 0 ? random.nextInt(16) : request.capacity();
    return Arrays.copyOf(request.array(), cut);
  }

  private static long sector(Random random) {
    return random.nextInt(20) == 0 ? random.nextLong() : random.nextInt(SECTORS + 2);
  }

  private static int flags(Random random) {
    return switch (random.nextInt(12)) {
      case 0 -> random.nextInt();
      case 1, 2 -> BlkRange.F_UNMAP;
      default -> 0;
    };
  }

  /** How many writable bytes the request has, its status byte among them. */
  private static int room(byte[] readable, Random random) {
    int type = readable.length < 4 ? 0 : readable[0];
    int data = 0;
    if (type == BlkType.IN) {
      data = 512 * random.nextInt(9);
    } else if (type == BlkType.GET_ID) {
      data = random.nextBoolean() ? 20 : random.nextInt(50);
    }
    return 1 + data + (random.nextInt(12) == 0 ? random.nextInt(40) : 0);
  }

  /** Cuts the request into pieces and puts them into places of their own, in any order. */
  private static List<Buffer> place(int readable, int writable, Random random) {
    List<Buffer> pieces = new ArrayList<>();
    cut(readable, false, random, pieces);
    cut(writable, true, random, pieces);
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < pieces.size(); i++) {
      order.add(i);
    }
    if (random.nextInt(3) > 0) {
      Collections.shuffle(order, random);
    }
    int gap = (PAGES * PAGE - readable - writable) / pieces.size();
    long at = GuestRam.GPA + RING_REGION;
    for (int i : order) {
      Buffer piece = pieces.get(i);
      at += random.nextBoolean() ? 0 : random.nextInt(gap);
      pieces.set(i, new Buffer(at, piece.bytes(), piece.writable()));
      at += piece.bytes();
    }
    return pieces;
  }

  private static void cut(int bytes, boolean writable, Random random, List<Buffer> pieces) {
    int most = random.nextInt(4) == 0 ? 24 : 2000;
    int left = bytes;
    int count = 0;
    while (left > 0) {
      int piece = ++count > 50 ? left : Math.min(left, random.nextInt(most));
      pieces.add(new Buffer(0, piece, writable)); // some are empty
      left -= piece;
    }
  }

  private static void put(TestDisk disk, byte[] memory, List<Buffer> buffers, byte[] readable) {
    int from = 0;
    for (Buffer buffer : buffers) {
      if (!buffer.writable()) {
        System.arraycopy(readable, from, memory, index(buffer), buffer.bytes());
        from += buffer.bytes();
      }
    }
    for (int page = 0; page < PAGES; page++) {
      long hva = disk.ram.regions().get(1 + page).hva();
      Mem.copy(memory, page * PAGE, hva, PAGE);
    }
  }

  private static byte[] gather(byte[] memory, List<Buffer> buffers, boolean writable) {
    int bytes =
        buffers.stream().filter(b -> b.writable() == writable).mapToInt(Buffer::bytes).sum();
    byte[] gathered = new byte[bytes];
    int to = 0;
    for (Buffer buffer : buffers) {
      if (buffer.writable() == writable) {
        System.arraycopy(memory, index(buffer), gathered, to, buffer.bytes());
        to += buffer.bytes();
      }
    }
    return gathered;
  }

  private static void scatter(byte[] memory, List<Buffer> buffers, byte[] writable) {
    int from = 0;
    for (Buffer buffer : buffers) {
      if (buffer.writable()) {
        System.arraycopy(writable, from, memory, index(buffer), buffer.bytes());
        from += buffer.bytes();
      }
    }
  }

  private static int index(Buffer buffer) {
    return (int) (buffer.gpa() - GuestRam.GPA - RING_REGION);
  }
}
