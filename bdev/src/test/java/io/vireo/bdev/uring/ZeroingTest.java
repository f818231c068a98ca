package io.vireo.bdev.uring;

import static io.vireo.bdev.uring.RequestSteps.FD;
import static io.vireo.bdev.uring.RequestSteps.OFFSET;
import static io.vireo.bdev.uring.RequestSteps.SLOT;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.linux.Errno;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ZeroingTest {
  private static final long ZEROES = 1L << 40;
  private static final int LENGTH = 300 << 10;
  // FALLOC_FL_KEEP_SIZE 1, FALLOC_FL_PUNCH_HOLE 2, FALLOC_FL_ZERO_RANGE 16
  private static final SqeView PUNCH = fallocate(3);
  private static final SqeView ZERO_RANGE = fallocate(17);
  private static final SqeView ALLOCATE = fallocate(1);
  // IORING_FSYNC_DATASYNC 1
  private static final SqeView SYNC = new SqeView(SqeView.FSYNC, FD, 0, 0, 0, 1, SLOT);

  private final RequestSteps steps = new RequestSteps(new IoAlignment(512, 512));
  private final ZeroingWays ways = new ZeroingWays(true);
  private final Zeroing zeroing = new Zeroing(ZEROES);

  private static SqeView fallocate(int mode) {
    return new SqeView(SqeView.FALLOCATE, FD, OFFSET, LENGTH, mode, 0, SLOT);
  }

  @AfterEach
  void close() {
    steps.close();
  }

  private void begin(IoType type, boolean mayUnmap) {
    steps.io.prepare(type, OFFSET, LENGTH);
    steps.io.mayUnmap(mayUnmap);
    zeroing.begin(steps.io, steps.file(), ways);
  }

  private void assertWrites() {
    long done = 0;
    int status = IoStatus.PENDING;
    while (status == IoStatus.PENDING) {
      int bytes = (int) Math.min(LENGTH - done, Zeroing.ZEROES_BYTES);
      assertThat(steps.step(zeroing))
          .isEqualTo(new SqeView(SqeView.WRITE, FD, OFFSET + done, ZEROES, bytes, 0, SLOT));
      done += bytes;
      status = zeroing.ended(bytes);
    }
    assertThat(status).isEqualTo(IoStatus.OK);
    assertThat(done).isEqualTo(LENGTH);
  }

  @Test
  void an_unmap_punches_a_hole() {
    begin(IoType.UNMAP, false);
    assertThat(steps.step(zeroing)).isEqualTo(PUNCH);
    assertThat(zeroing.ended(0)).isEqualTo(IoStatus.OK);
  }

  @Test
  void an_unmap_where_no_hole_can_be_punched_is_unsupported() {
    begin(IoType.UNMAP, false);
    steps.step(zeroing);
    assertThat(zeroing.ended(-Errno.EOPNOTSUPP)).isEqualTo(IoStatus.UNSUPPORTED);
    assertThat(ways.punch).isFalse();
  }

  @Test
  void zeroes_that_may_unmap_punch_then_zero_the_range_then_write() {
    begin(IoType.WRITE_ZEROES, true);
    assertThat(steps.step(zeroing)).isEqualTo(PUNCH);
    assertThat(zeroing.ended(-Errno.EOPNOTSUPP)).isEqualTo(IoStatus.PENDING);
    assertThat(steps.step(zeroing)).isEqualTo(ZERO_RANGE);
    assertThat(zeroing.ended(-Errno.EOPNOTSUPP)).isEqualTo(IoStatus.PENDING);
    assertWrites();
    begin(IoType.WRITE_ZEROES, true);
    assertWrites(); // learned
  }

  @Test
  void zeroes_that_keep_the_space_zero_the_range() {
    begin(IoType.WRITE_ZEROES, false);
    assertThat(steps.step(zeroing)).isEqualTo(ZERO_RANGE);
    assertThat(zeroing.ended(0)).isEqualTo(IoStatus.OK);
  }

  @Test
  void without_zero_range_the_space_is_punched_and_allocated_again() {
    ways.cannot(Zeroing.ZERO_RANGE);
    for (int pass = 0; pass < 2; pass++) {
      begin(IoType.WRITE_ZEROES, false);
      assertThat(steps.step(zeroing)).isEqualTo(PUNCH);
      assertThat(zeroing.ended(0)).isEqualTo(IoStatus.PENDING);
      assertThat(steps.step(zeroing)).isEqualTo(ALLOCATE);
      assertThat(zeroing.ended(0)).isEqualTo(IoStatus.OK);
    }
  }

  @Test
  void where_nothing_can_be_allocated_zeroes_are_written() {
    ways.cannot(Zeroing.ZERO_RANGE);
    begin(IoType.WRITE_ZEROES, false);
    steps.step(zeroing);
    assertThat(zeroing.ended(0)).isEqualTo(IoStatus.PENDING);
    steps.step(zeroing);
    assertThat(zeroing.ended(-Errno.EOPNOTSUPP)).isEqualTo(IoStatus.PENDING);
    assertWrites();
    begin(IoType.WRITE_ZEROES, true);
    assertThat(steps.step(zeroing)).isEqualTo(PUNCH); // a hole is still good where it is allowed
    assertThat(zeroing.ended(0)).isEqualTo(IoStatus.OK);
  }

  @Test
  void zeroes_in_write_through_are_synced_before_they_are_done() {
    begin(IoType.WRITE_ZEROES, false);
    steps.io.fua(true);
    assertThat(steps.step(zeroing)).isEqualTo(ZERO_RANGE);
    assertThat(zeroing.ended(0)).isEqualTo(IoStatus.PENDING);
    assertThat(steps.step(zeroing)).isEqualTo(SYNC);
    assertThat(zeroing.ended(0)).isEqualTo(IoStatus.OK);
  }

  @Test
  void zeroes_that_cannot_be_synced_have_failed() {
    begin(IoType.WRITE_ZEROES, true);
    steps.io.fua(true);
    steps.step(zeroing);
    assertThat(zeroing.ended(0)).isEqualTo(IoStatus.PENDING);
    assertThat(steps.step(zeroing)).isEqualTo(SYNC);
    assertThat(zeroing.ended(-Errno.EIO)).isEqualTo(IoStatus.IO_ERROR);
  }

  @Test
  void an_error_is_an_error_and_teaches_nothing() {
    begin(IoType.WRITE_ZEROES, false);
    steps.step(zeroing);
    assertThat(zeroing.ended(-Errno.ENOSPC)).isEqualTo(IoStatus.NO_SPACE);
    assertThat(ways.zeroRange).isTrue();
  }

  @Test
  void short_writes_of_zeroes_go_on_at_a_multiple() {
    ways.cannot(Zeroing.ZERO_RANGE);
    ways.cannot(Zeroing.PUNCH);
    begin(IoType.WRITE_ZEROES, false);
    steps.step(zeroing);
    assertThat(zeroing.ended(1000)).isEqualTo(IoStatus.PENDING);
    assertThat(steps.step(zeroing).offset()).isEqualTo(OFFSET + 512);
    assertThat(zeroing.ended(-Errno.EIO)).isEqualTo(IoStatus.IO_ERROR);
    begin(IoType.WRITE_ZEROES, false);
    steps.step(zeroing);
    assertThat(zeroing.ended(0)).isEqualTo(IoStatus.IO_ERROR);
  }
}
