package io.vireo.bdev.uring;

import static io.vireo.bdev.uring.RequestSteps.FD;
import static io.vireo.bdev.uring.RequestSteps.OFFSET;
import static io.vireo.bdev.uring.RequestSteps.SLOT;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.TruncatedMemory;
import io.vireo.linux.Errno;
import io.vireo.linux.Mem;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransferTest {
  private static final long AT = 1L << 40; // made-up buffers that nobody touches
  private static final int GAP = 1 << 20;
  private static final int BOUNCE_BYTES = 128 << 10;
  private static final int DSYNC = 2;

  private RequestSteps steps = new RequestSteps(IoAlignment.NONE);

  @AfterEach
  void close() {
    steps.close();
  }

  private void demanding(int memoryBytes, int lengthBytes) {
    steps.close();
    steps = new RequestSteps(new IoAlignment(memoryBytes, lengthBytes));
  }

  @Test
  void one_buffer_is_read_and_written_without_a_vector() {
    Transfer read = steps.transfer(IoType.READ, AT, 8192);
    assertThat(steps.step(read))
        .isEqualTo(new SqeView(SqeView.READ, FD, OFFSET, AT, 8192, 0, SLOT));
    assertThat(read.ended(8192)).isEqualTo(IoStatus.OK);
    Transfer write = steps.transfer(IoType.WRITE, AT, 8192);
    assertThat(steps.step(write))
        .isEqualTo(new SqeView(SqeView.WRITE, FD, OFFSET, AT, 8192, 0, SLOT));
    assertThat(write.ended(8192)).isEqualTo(IoStatus.OK);
  }

  @Test
  void write_through_is_asked_of_the_kernel_for_each_step() {
    Transfer write = steps.transfer(IoType.WRITE, AT, 1024, 1024);
    steps.io.fua(true);
    assertThat(steps.step(write).flags()).isEqualTo(DSYNC);
    assertThat(write.ended(1024)).isEqualTo(IoStatus.PENDING);
    assertThat(steps.step(write).flags()).isEqualTo(DSYNC);
    Transfer read = steps.transfer(IoType.READ, AT, 1024);
    steps.io.fua(true);
    assertThat(steps.step(read).flags()).isZero();
  }

  @Test
  void several_buffers_go_as_the_requests_own_vector() {
    Transfer read = steps.transfer(IoType.READ, AT, 512, 1024, 512);
    assertThat(steps.step(read))
        .isEqualTo(new SqeView(SqeView.READV, FD, OFFSET, steps.io.iovs(), 3, 0, SLOT));
    assertThat(read.ended(2048)).isEqualTo(IoStatus.OK);
    Transfer write = steps.transfer(IoType.WRITE, AT, 512, 512);
    assertThat(steps.step(write))
        .isEqualTo(new SqeView(SqeView.WRITEV, FD, OFFSET, steps.io.iovs(), 2, 0, SLOT));
  }

  @Test
  void a_short_transfer_goes_on_in_the_middle_of_a_buffer_and_then_with_the_rest() {
    Transfer read = steps.transfer(IoType.READ, AT, 512, 1024, 512, 512);
    steps.step(read);
    assertThat(read.ended(512 + 100)).isEqualTo(IoStatus.PENDING);
    long second = AT + 512 + GAP;
    assertThat(steps.step(read))
        .isEqualTo(new SqeView(SqeView.READ, FD, OFFSET + 612, second + 100, 924, 0, SLOT));
    assertThat(read.ended(924)).isEqualTo(IoStatus.PENDING);
    long rest = steps.io.iovs() + 2 * BdevIo.IOVEC_BYTES;
    assertThat(steps.step(read))
        .isEqualTo(new SqeView(SqeView.READV, FD, OFFSET + 1536, rest, 2, 0, SLOT));
    assertThat(read.ended(512)).isEqualTo(IoStatus.PENDING);
    assertThat(steps.step(read).opcode()).isEqualTo(SqeView.READ);
    assertThat(read.ended(512)).isEqualTo(IoStatus.OK);
  }

  @Test
  void a_short_direct_transfer_goes_on_at_a_multiple() {
    demanding(1, 512);
    Transfer read = steps.transfer(IoType.READ, AT, 4096);
    steps.step(read);
    assertThat(read.ended(1000)).isEqualTo(IoStatus.PENDING);
    assertThat(steps.step(read))
        .isEqualTo(new SqeView(SqeView.READ, FD, OFFSET + 512, AT + 512, 3584, 0, SLOT));
    assertThat(read.ended(511)).isEqualTo(IoStatus.IO_ERROR); // nothing whole: the end of the file
  }

  @Test
  void the_end_of_the_file_in_the_middle_is_an_error() {
    Transfer read = steps.transfer(IoType.READ, AT, 4096);
    steps.step(read);
    assertThat(read.ended(2048)).isEqualTo(IoStatus.PENDING);
    steps.step(read);
    assertThat(read.ended(0)).isEqualTo(IoStatus.IO_ERROR);
  }

  @Test
  void what_the_kernel_would_cut_off_is_not_asked_for() {
    long bytes = 5L << 30;
    Transfer write = steps.transfer(IoType.WRITE, AT, bytes);
    long done = 0;
    int status = IoStatus.PENDING;
    while (status == IoStatus.PENDING) {
      SqeView step = steps.step(write);
      assertThat(step.address()).isEqualTo(AT + done);
      assertThat(step.offset()).isEqualTo(OFFSET + done);
      assertThat(step.length()).isEqualTo((int) Math.min(bytes - done, 0x7ffff000L));
      done += step.length();
      status = write.ended(step.length());
    }
    assertThat(status).isEqualTo(IoStatus.OK);
    assertThat(done).isEqualTo(bytes);
  }

  @Test
  void no_more_buffers_than_the_kernel_takes_are_handed_over() {
    long[] buffers = new long[3000];
    Arrays.fill(buffers, 512);
    Transfer read = steps.transfer(IoType.READ, AT, buffers);
    assertThat(steps.step(read).length()).isEqualTo(1024);
    assertThat(read.ended(1024 * 512)).isEqualTo(IoStatus.PENDING);
    SqeView second = steps.step(read);
    assertThat(second.length()).isEqualTo(1024);
    assertThat(second.address()).isEqualTo(steps.io.iovs() + 1024L * 16);
    assertThat(read.ended(1024 * 512)).isEqualTo(IoStatus.PENDING);
    assertThat(steps.step(read).length()).isEqualTo(3000 - 2048);
    assertThat(read.ended((3000 - 2048) * 512)).isEqualTo(IoStatus.OK);
  }

  @Test
  void a_bounced_write_is_gathered_before_each_step() {
    demanding(4096, 512);
    long data = steps.memory.address() + (512 << 10) + 1;
    long bounce = steps.memory.address() + (128 << 10);
    int length = BOUNCE_BYTES + 512;
    for (int i = 0; i < length; i++) {
      Mem.putByte(data + i, (byte) ((i * 31) >> 3));
    }
    Transfer write = steps.transfer(IoType.WRITE, data, length);
    write.bounce(bounce, BOUNCE_BYTES);
    assertThat(steps.step(write))
        .isEqualTo(new SqeView(SqeView.WRITE, FD, OFFSET, bounce, BOUNCE_BYTES, 0, SLOT));
    assertSame(bounce, data, BOUNCE_BYTES);
    assertThat(write.ended(BOUNCE_BYTES)).isEqualTo(IoStatus.PENDING);
    assertThat(steps.step(write))
        .isEqualTo(new SqeView(SqeView.WRITE, FD, OFFSET + BOUNCE_BYTES, bounce, 512, 0, SLOT));
    assertSame(bounce, data + BOUNCE_BYTES, 512);
    assertThat(write.ended(512)).isEqualTo(IoStatus.OK);
    assertThat(write.takeBounce()).isEqualTo(bounce);
    assertThat(write.takeBounce()).isZero();
  }

  @Test
  void a_bounced_read_is_scattered_as_far_as_it_came() {
    demanding(4096, 512);
    long data = steps.memory.address() + (512 << 10) + 1;
    long bounce = steps.memory.address() + (128 << 10);
    Transfer read = steps.transfer(IoType.READ, data, 4096);
    read.bounce(bounce, BOUNCE_BYTES);
    steps.step(read);
    Mem.fill(bounce, 4096, (byte) 1);
    assertThat(read.ended(1024)).isEqualTo(IoStatus.PENDING);
    assertThat(Mem.getByte(data + 1023)).isEqualTo((byte) 1);
    assertThat(Mem.getByte(data + 1024)).isZero();
    assertThat(steps.step(read).offset()).isEqualTo(OFFSET + 1024);
    Mem.fill(bounce, 4096, (byte) 2);
    assertThat(read.ended(3072)).isEqualTo(IoStatus.OK);
    assertThat(Mem.getByte(data + 1023)).isEqualTo((byte) 1);
    assertThat(Mem.getByte(data + 1024)).isEqualTo((byte) 2);
    assertThat(Mem.getByte(data + 4095)).isEqualTo((byte) 2);
  }

  @Test
  void a_bounce_buffer_shows_nothing_of_its_last_user_when_memory_goes_away() {
    long gone = TruncatedMemory.map();
    long bounce = steps.memory.address() + (128 << 10);
    Mem.fill(bounce, TruncatedMemory.BYTES, (byte) 0x5a);
    Transfer write = steps.transfer(IoType.WRITE, gone, TruncatedMemory.BYTES);
    write.bounce(bounce, BOUNCE_BYTES);
    assertThatThrownBy(write::load).isInstanceOf(InternalError.class);
    for (int i = 0; i < TruncatedMemory.BYTES; i++) {
      assertThat(Mem.getByte(bounce + i)).as("byte %d", i).isZero();
    }
    TruncatedMemory.unmap(gone);
  }

  private static void assertSame(long a, long b, int bytes) {
    byte[] left = new byte[bytes];
    byte[] right = new byte[bytes];
    Mem.copy(a, left, 0, bytes);
    Mem.copy(b, right, 0, bytes);
    assertThat(left).isEqualTo(right);
  }

  @Test
  void errors_end_the_transfer_with_what_they_mean() {
    Object[][] meanings = {
      {Errno.EIO, IoStatus.IO_ERROR},
      {Errno.EINVAL, IoStatus.IO_ERROR},
      {Errno.EFAULT, IoStatus.IO_ERROR},
      {Errno.ENOSPC, IoStatus.NO_SPACE},
      {Errno.EDQUOT, IoStatus.NO_SPACE},
      {Errno.EROFS, IoStatus.READ_ONLY},
      {Errno.EOPNOTSUPP, IoStatus.UNSUPPORTED},
      {Errno.ENODEV, IoStatus.NO_DEVICE},
      {Errno.ENXIO, IoStatus.NO_DEVICE},
      {Errno.ECANCELED, IoStatus.ABORTED},
    };
    for (Object[] meaning : meanings) {
      Transfer write = steps.transfer(IoType.WRITE, AT, 512);
      steps.step(write);
      assertThat(write.ended(-(int) meaning[0]))
          .as(Errno.name((int) meaning[0]))
          .isEqualTo(meaning[1]);
    }
  }

  @Test
  void alignment_looks_at_every_buffer() {
    IoAlignment alignment = new IoAlignment(512, 1024);
    steps.transfer(IoType.READ, AT, 1024, 2048);
    assertThat(alignment.holds(steps.io)).isTrue();
    steps.transfer(IoType.READ, AT, 1024, 512, 512);
    assertThat(alignment.holds(steps.io)).isFalse();
    steps.transfer(IoType.READ, AT + 256, 1024);
    assertThat(alignment.holds(steps.io)).isFalse();
    assertThat(IoAlignment.NONE.holds(steps.io)).isTrue();
    assertThat(alignment.whole(3000)).isEqualTo(2048);
  }
}
