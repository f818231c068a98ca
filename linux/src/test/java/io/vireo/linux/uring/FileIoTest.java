package io.vireo.linux.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Errno;
import io.vireo.linux.FileStat;
import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterProperty;
import net.jqwik.api.lifecycle.BeforeProperty;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests on a real file, compared with what java.nio sees. */
class FileIoTest {
  private static final int FILE_BYTES = 64 * 1024;

  private Path path;
  private byte[] content;
  private int fd;
  private IoUring ring;
  private Arena arena;
  private long buffer;

  @BeforeEach
  @BeforeProperty
  void open() throws IOException {
    content = new byte[FILE_BYTES];
    new Random(42).nextBytes(content);
    path = Files.write(Files.createTempFile("vireo-uring", null), content);
    fd = Libc.open(path.toString(), Libc.O_RDWR, 0);
    ring = IoUring.create(8, IoUring.Options.DEFAULT);
    arena = Arena.ofConfined();
    buffer = arena.allocate(FILE_BYTES, 4096).address();
  }

  @AfterEach
  @AfterProperty
  void close() throws IOException {
    ring.close();
    arena.close();
    Libc.close(fd);
    Files.delete(path);
  }

  @Test
  void a_read_gets_what_the_file_holds() {
    Sqe.prepRead(ring.sq().next(), fd, buffer, 5000, 1234, 1);
    assertThat(run()).isEqualTo(5000);
    assertThat(bytes(buffer, 5000)).isEqualTo(Arrays.copyOfRange(content, 1234, 6234));
  }

  @Test
  void a_read_over_the_end_is_short_and_beyond_it_empty() {
    Sqe.prepRead(ring.sq().next(), fd, buffer, 5000, FILE_BYTES - 100, 1);
    assertThat(run()).isEqualTo(100);
    Sqe.prepRead(ring.sq().next(), fd, buffer, 5000, FILE_BYTES, 1);
    assertThat(run()).isZero();
  }

  @Test
  void a_durable_write_arrives() throws IOException {
    Mem.fill(buffer, 3000, (byte) 0x77);
    Sqe.prepWrite(ring.sq().next(), fd, buffer, 3000, 777, Sqe.RWF_DSYNC, 1);
    assertThat(run()).isEqualTo(3000);
    Arrays.fill(content, 777, 3777, (byte) 0x77);
    assertThat(Files.readAllBytes(path)).isEqualTo(content);
  }

  @Test
  void flushes_succeed() {
    Sqe.prepFsync(ring.sq().next(), fd, true, 1);
    assertThat(run()).isZero();
    Sqe.prepFsync(ring.sq().next(), fd, false, 1);
    assertThat(run()).isZero();
  }

  @Test
  void a_punched_hole_reads_as_zeroes_and_frees_space() throws IOException {
    Libc.fsync(fd);
    long before = FileStat.of(fd).allocatedBytes();
    int mode = Libc.FALLOC_FL_PUNCH_HOLE | Libc.FALLOC_FL_KEEP_SIZE;
    Sqe.prepFallocate(ring.sq().next(), fd, mode, 8192, 16384, 1);
    assertThat(run()).isZero();
    Arrays.fill(content, 8192, 8192 + 16384, (byte) 0);
    assertThat(Files.readAllBytes(path)).isEqualTo(content);
    assertThat(FileStat.of(fd).allocatedBytes()).isEqualTo(before - 16384);
  }

  @Test
  void failures_are_negative_errnos() {
    Sqe.prepRead(ring.sq().next(), 12345, buffer, 512, 0, 1);
    assertThat(run()).isEqualTo(-Errno.EBADF);
    Sqe.prepRead(ring.sq().next(), fd, 4096, 512, 0, 1);
    assertThat(run()).isEqualTo(-Errno.EFAULT);
    Sqe.prepFallocate(ring.sq().next(), fd, 0, 0, 0, 1);
    assertThat(run()).isEqualTo(-Errno.EINVAL);
  }

  @Property(tries = 200)
  void scattered_writes_come_back_by_gathered_reads(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 5000) Integer> pieces,
      @ForAll @IntRange(max = FILE_BYTES - 8 * 5000) int offset,
      @ForAll long seed)
      throws IOException {
    byte[] data = new byte[pieces.stream().mapToInt(Integer::intValue).sum()];
    new Random(seed).nextBytes(data);
    Mem.copy(data, 0, buffer, data.length);
    Sqe.prepWritev(ring.sq().next(), fd, iovecs(pieces), pieces.size(), offset, 0, 1);
    assertThat(run()).isEqualTo(data.length);
    System.arraycopy(data, 0, content, offset, data.length);
    assertThat(Files.readAllBytes(path)).isEqualTo(content);

    Mem.fill(buffer, data.length, (byte) 0);
    Sqe.prepReadv(ring.sq().next(), fd, iovecs(pieces), pieces.size(), offset, 1);
    assertThat(run()).isEqualTo(data.length);
    assertThat(bytes(buffer, data.length)).isEqualTo(data);
  }

  /** The pieces lie in the buffer one behind the other. */
  private long iovecs(List<Integer> pieces) {
    long table = arena.allocate(16L * pieces.size(), 8).address();
    long next = buffer;
    for (int i = 0; i < pieces.size(); i++) {
      Mem.putLong(table + 16L * i, next);
      Mem.putLong(table + 16L * i + 8, pieces.get(i));
      next += pieces.get(i);
    }
    return table;
  }

  private int run() {
    assertThat(ring.submitAndWait(1)).isEqualTo(1);
    assertThat(ring.cq().next()).isTrue();
    assertThat(ring.cq().userData()).isEqualTo(1);
    return ring.cq().res();
  }

  private static byte[] bytes(long address, int count) {
    byte[] copy = new byte[count];
    Mem.copy(address, copy, 0, count);
    return copy;
  }
}
