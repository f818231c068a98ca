package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.vireo.linux.Mem;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class BdevIoTest {
  @Test
  void an_unmap_has_several_ranges_and_the_length_of_all() {
    try (Arena arena = Arena.ofConfined()) {
      BdevIo io = new BdevIo(null, 0, arena.allocate(3 * BdevIo.IOVEC_BYTES, 8).address(), 3);
      io.prepare(IoType.UNMAP, 512, 1024);
      assertThat(io.rangeCount()).isEqualTo(1);
      assertThat(io.rangeOffsetBytes(0)).isEqualTo(512);
      assertThat(io.rangeBytes(0)).isEqualTo(1024);
      io.addRange(8192, 512);
      io.addRange(0, 512);
      assertThat(io.rangeCount()).isEqualTo(3);
      assertThat(io.rangeOffsetBytes(0)).isEqualTo(512);
      assertThat(io.rangeBytes(0)).isEqualTo(1024);
      assertThat(io.rangeOffsetBytes(2)).isZero();
      assertThat(io.lengthBytes()).isEqualTo(2048);
      assertThatIllegalStateException()
          .isThrownBy(() -> io.addRange(4096, 512))
          .withMessage("more ranges than 3");
      io.prepare(IoType.UNMAP, 0, 512);
      assertThat(io.rangeCount()).isEqualTo(1);
    }
  }

  private static final int CAPACITY = 8;

  /** A buffer {@code gap} bytes behind the end of the last; no gap means it continues it. */
  record Piece(int gap, int bytes) {}

  @Provide
  Arbitrary<List<Piece>> pieces() {
    return Combinators.combine(
            Arbitraries.integers().between(0, 2), Arbitraries.integers().between(0, 5))
        .as(Piece::new)
        .list()
        .ofMaxSize(20);
  }

  @Property
  void buffers_are_kept_in_order_merged_where_they_touch_and_counted(
      @ForAll("pieces") List<Piece> pieces) {
    try (Arena arena = Arena.ofConfined()) {
      BdevIo io = io(arena);
      io.prepare(IoType.READ, 0, 0);
      List<long[]> expected = new ArrayList<>();
      long at = 1000;
      for (Piece piece : pieces) {
        at += piece.gap();
        boolean fits = add(expected, at, piece.bytes());
        assertThat(io.addBuffer(at, piece.bytes())).isEqualTo(fits);
        at += fits ? piece.bytes() : 0;
      }
      assertBuffers(io, expected);
    }
  }

  private static BdevIo io(Arena arena) {
    long iovs = arena.allocate((long) CAPACITY * BdevIo.IOVEC_BYTES, 8).address();
    return new BdevIo(null, 3, iovs, CAPACITY);
  }

  private static boolean add(List<long[]> buffers, long at, long bytes) {
    long[] last = buffers.isEmpty() ? new long[] {0, 0} : buffers.getLast();
    if (bytes > 0 && !buffers.isEmpty() && last[0] + last[1] == at) {
      last[1] += bytes;
    } else if (bytes > 0 && buffers.size() == CAPACITY) {
      return false;
    } else if (bytes > 0) {
      buffers.add(new long[] {at, bytes});
    }
    return true;
  }

  private static void assertBuffers(BdevIo io, List<long[]> expected) {
    assertThat(io.bufferCount()).isEqualTo(expected.size());
    assertThat(io.dataBytes()).isEqualTo(expected.stream().mapToLong(b -> b[1]).sum());
    for (int i = 0; i < expected.size(); i++) {
      assertThat(io.buffer(i)).isEqualTo(expected.get(i)[0]);
      assertThat(io.bufferBytes(i)).isEqualTo(expected.get(i)[1]);
      if (expected.size() > 1) { // struct iovec: base, length
        assertThat(Mem.getLong(io.iovs() + 16L * i)).isEqualTo(expected.get(i)[0]);
        assertThat(Mem.getLong(io.iovs() + 16L * i + 8)).isEqualTo(expected.get(i)[1]);
      }
    }
    if (!expected.isEmpty()) {
      assertThat(io.buffer()).isEqualTo(expected.getFirst()[0]);
      assertThat(io.bufferBytes()).isEqualTo(expected.getFirst()[1]);
    }
  }

  @Test
  void without_iovecs_there_is_room_for_one_buffer() {
    BdevIo io = new BdevIo(null, 0, 0, 100);
    io.prepare(IoType.WRITE, 0, 8);
    assertThat(io.addBuffer(64, 4)).isTrue();
    assertThat(io.addBuffer(68, 4)).isTrue();
    assertThat(io.addBuffer(80, 4)).isFalse();
    assertThat(io.bufferCount()).isEqualTo(1);
    assertThat(io.dataBytes()).isEqualTo(8);
  }

  @Test
  void a_negative_length_is_no_buffer() {
    BdevIo io = new BdevIo(null, 0, 0, 0);
    io.prepare(IoType.WRITE, 0, 8);
    assertThat(io.addBuffer(64, -1)).isFalse();
    assertThat(io.bufferCount()).isZero();
  }

  @Test
  void prepare_forgets_what_was_before() {
    try (Arena arena = Arena.ofConfined()) {
      BdevIo io = io(arena);
      io.prepare(IoType.WRITE_ZEROES, 512, 1024);
      io.addBuffer(64, 4);
      io.addBuffer(80, 4);
      io.fua(true);
      io.mayUnmap(true);
      io.prepare(IoType.READ, 1, 2);
      assertThat(io.tag()).isEqualTo(3);
      assertThat(io.type()).isEqualTo(IoType.READ);
      assertThat(io.offsetBytes()).isEqualTo(1);
      assertThat(io.lengthBytes()).isEqualTo(2);
      assertThat(io.fua()).isFalse();
      assertThat(io.mayUnmap()).isFalse();
      assertThat(io.buffer()).isZero();
      assertBuffers(io, List.of());
      assertThat(io.addBuffer(84, 4)).isTrue(); // continues nothing any more
      assertThat(io.buffer()).isEqualTo(84);
    }
  }

  @Property
  void gather_and_scatter_take_any_stretch_of_the_buffers(
      @ForAll("pieces") List<Piece> pieces, @ForAll int from, @ForAll int to) {
    try (Arena arena = Arena.ofConfined()) {
      long memory = arena.allocate(1024).address();
      BdevIo io = io(arena);
      io.prepare(IoType.WRITE, 0, 0);
      long at = memory;
      for (Piece piece : pieces) {
        at += piece.gap();
        io.addBuffer(at, piece.bytes());
        at += piece.bytes();
      }
      byte[] model = flat(io);
      int a = Math.floorMod(from, model.length + 1);
      int b = Math.floorMod(to, model.length + 1);
      long out = arena.allocate(1024).address();
      io.gather(Math.min(a, b), out, Math.abs(a - b));
      for (int i = 0; i < Math.abs(a - b); i++) {
        assertThat(Mem.getByte(out + i)).isEqualTo(model[Math.min(a, b) + i]);
        Mem.putByte(out + i, (byte) (100 + i));
        model[Math.min(a, b) + i] = (byte) (100 + i);
      }
      io.scatter(Math.min(a, b), out, Math.abs(a - b));
      for (int i = 0; i < model.length; i++) {
        assertThat(Mem.getByte(address(io, i))).isEqualTo(model[i]);
      }
    }
  }

  /** Numbers the bytes of all buffers. */
  private static byte[] flat(BdevIo io) {
    byte[] bytes = new byte[(int) io.dataBytes()];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i + 1);
      Mem.putByte(address(io, i), bytes[i]);
    }
    return bytes;
  }

  private static long address(BdevIo io, int index) {
    int left = index;
    int buffer = 0;
    while (left >= io.bufferBytes(buffer)) {
      left -= (int) io.bufferBytes(buffer++);
    }
    return io.buffer(buffer) + left;
  }
}
