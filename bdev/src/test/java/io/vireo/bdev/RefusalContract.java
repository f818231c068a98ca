package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is wrong with a request is found before it begins. */
abstract class RefusalContract extends DataContract {
  @Test
  void the_last_block_is_there_and_the_one_after_it_is_not() {
    byte[] data = random(4, block);
    assertThat(driver.write(DISK_BYTES - block, data)).isEqualTo(IoStatus.OK);
    assertThat(driver.read(DISK_BYTES - block, block)).isEqualTo(data);
    for (IoType type : IoType.values()) {
      if (type.ranged()) {
        assertThat(refused(type, DISK_BYTES, block)).isEqualTo(IoStatus.OUT_OF_RANGE);
        assertThat(refused(type, DISK_BYTES - block, 2L * block)).isEqualTo(IoStatus.OUT_OF_RANGE);
      }
    }
    assertThat(driver.read(DISK_BYTES - block, block)).isEqualTo(data);
  }

  /** The answer to a request that must not begin, with buffers as they should be. */
  private int refused(IoType type, long offsetBytes, long lengthBytes) {
    BdevIo io = driver.io(2);
    io.prepare(type, offsetBytes, lengthBytes);
    if (type.hasData()) {
      io.addBuffer(driver.memory(2), lengthBytes);
    }
    int answer = channel.submit(io);
    assertThat(channel.inFlight()).isZero();
    return answer;
  }

  @Test
  void offsets_and_lengths_that_overflow_are_refused() {
    long whole = -block;
    for (IoType type : new IoType[] {IoType.READ, IoType.WRITE, IoType.UNMAP}) {
      assertThat(refused(type, Long.MAX_VALUE & whole, block)).isEqualTo(IoStatus.OUT_OF_RANGE);
      assertThat(refused(type, Long.MIN_VALUE, block)).isEqualTo(IoStatus.OUT_OF_RANGE);
      assertThat(refused(type, whole, block)).isEqualTo(IoStatus.OUT_OF_RANGE);
      assertThat(refused(type, whole, 2L * block)).isEqualTo(IoStatus.OUT_OF_RANGE);
    }
    assertThat(refused(IoType.UNMAP, 0, Long.MAX_VALUE & whole)).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(refused(IoType.UNMAP, 0, Long.MIN_VALUE)).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(refused(IoType.UNMAP, block, whole)).isEqualTo(IoStatus.OUT_OF_RANGE);
    assertThat(refused(IoType.UNMAP, Long.MAX_VALUE & whole, Long.MAX_VALUE & whole))
        .isEqualTo(IoStatus.OUT_OF_RANGE);
  }

  @Test
  void ranges_that_are_not_whole_blocks_are_refused() {
    for (IoType type : IoType.values()) {
      if (type.ranged()) {
        assertThat(refused(type, 1, block)).isEqualTo(IoStatus.MISALIGNED);
        assertThat(refused(type, block / 2, block)).isEqualTo(IoStatus.MISALIGNED);
        assertThat(refused(type, 0, block - 1L)).isEqualTo(IoStatus.MISALIGNED);
        assertThat(refused(type, block, block / 2L)).isEqualTo(IoStatus.MISALIGNED);
      }
    }
  }

  @Test
  void buffers_that_do_not_add_up_to_the_length_are_refused() {
    for (IoType type : new IoType[] {IoType.READ, IoType.WRITE}) {
      driver.io(0).prepare(type, 0, 2L * block);
      assertThat(channel.submit(driver.io(0))).isEqualTo(IoStatus.MISALIGNED);
      driver.io(0).addBuffer(driver.memory(0), block);
      assertThat(channel.submit(driver.io(0))).isEqualTo(IoStatus.MISALIGNED);
      driver.io(0).addBuffer(driver.memory(0) + 2L * block, 2L * block);
      assertThat(channel.submit(driver.io(0))).isEqualTo(IoStatus.MISALIGNED);
    }
    assertZero(driver.read(0, 4 * block));
  }

  @Test
  void a_request_of_no_length_is_done_at_once() {
    for (IoType type : IoType.values()) {
      assertThat(driver.run(type, 0, 0)).isEqualTo(IoStatus.OK);
    }
    assertThat(driver.run(IoType.READ, DISK_BYTES, 0)).isEqualTo(IoStatus.OK);
    assertThat(driver.run(IoType.READ, DISK_BYTES + (long) block, 0))
        .isEqualTo(IoStatus.OUT_OF_RANGE);
  }

  @Test
  void a_descriptor_opened_for_reading_refuses_changes() {
    byte[] data = random(5, block);
    driver.write(0, data);
    BdevDescriptor reader = fixture.registry.open(fixture.bdev.name(), false, fixture.listener);
    BdevChannel reading = reader.channel(fixture.stepped.reactor());
    ChannelDriver user = fixture.driver(reading, 1, MIB);
    assertThat(user.read(0, block)).isEqualTo(data);
    assertThat(user.write(0, random(6, block))).isEqualTo(IoStatus.READ_ONLY);
    assertThat(user.run(IoType.UNMAP, 0, block)).isEqualTo(IoStatus.READ_ONLY);
    assertThat(user.run(IoType.WRITE_ZEROES, 0, block)).isEqualTo(IoStatus.READ_ONLY);
    assertThat(user.run(IoType.FLUSH, 0, 0)).isEqualTo(IoStatus.OK);
    assertThat(driver.read(0, block)).isEqualTo(data);
    reader.close();
    assertThat(user.run(IoType.FLUSH, 0, 0)).isEqualTo(IoStatus.NO_DEVICE);
  }
}
