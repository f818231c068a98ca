package io.vireo.bdev.error;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.filter.FilterFixture;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What meets requests to a bdev that fails on request, over a disk in memory. */
class ErrorTest {
  private final ErrorFixture errors = new ErrorFixture();
  private BdevChannel channel;
  private ChannelDriver driver;

  @BeforeEach
  void create() {
    errors.filters.calls.createMalloc("M", 1024);
    FilterFixture.User user = errors.filters.user(errors.filters.error("M"));
    channel = user.channel();
    driver = errors.filters.driver(user, 8);
  }

  @AfterEach
  void close() {
    errors.filters.close();
  }

  private int run(IoType type) {
    driver.io(0).prepare(type, 0, type.ranged() ? 512 : 0);
    if (type.hasData()) {
      driver.io(0).addBuffer(driver.memory(0), 512);
    }
    return driver.run(driver.io(0));
  }

  private static byte[] filled(int bytes, int value) {
    byte[] data = new byte[bytes];
    Arrays.fill(data, (byte) value);
    return data;
  }

  @ParameterizedTest
  @EnumSource
  void failures_meet_the_kind_they_are_for(RequestKind kind) {
    errors.inject(kind, ErrorType.FAILURE, 1);
    for (int round = 0; round < 2; round++) {
      for (IoType type : IoType.values()) {
        boolean fails =
            round == 0
                && switch (kind) {
                  case CLEAR -> false;
                  case ALL -> type != IoType.RESET;
                  default -> type.name().equals(kind.name());
                };
        assertThat(run(type)).isEqualTo(fails ? IoStatus.IO_ERROR : IoStatus.OK);
      }
    }
  }

  @Test
  void as_many_requests_fail_as_were_asked_for_and_the_base_sees_none_of_them() {
    errors.inject(RequestKind.READ, ErrorType.FAILURE, 3);
    for (int i = 0; i < 5; i++) {
      assertThat(run(IoType.READ)).isEqualTo(i < 3 ? IoStatus.IO_ERROR : IoStatus.OK);
    }
    assertThat(errors.filters.calls.bdevs.require("M").stats().ops(IoType.READ)).isEqualTo(2);
    assertThat(errors.filters.calls.bdevs.require("EE_M").stats().errors(IoStatus.IO_ERROR))
        .isEqualTo(3);
  }

  @Test
  void a_later_injection_takes_the_place_of_the_one_before_and_none_ends_it() {
    errors.inject(RequestKind.ALL, ErrorType.FAILURE, 1000);
    errors.inject(RequestKind.READ, ErrorType.NOMEM, 1);
    errors.inject(RequestKind.WRITE, ErrorType.FAILURE, 0);
    driver.submit(driver.prepareRead(0, 0, 512));
    assertThat(driver.busy()).isEqualTo(1);
    assertThat(run(IoType.WRITE)).isEqualTo(IoStatus.OK);
    assertThat(run(IoType.FLUSH)).isEqualTo(IoStatus.IO_ERROR);
    errors.clear();
    assertThat(run(IoType.FLUSH)).isEqualTo(IoStatus.OK);
  }

  @ParameterizedTest
  @CsvSource({"0, 0x80, 3", "0, 1, 2", "0, 0x81, 7", "0, 7, 8", "2, 0x81, 1", "7, 0xff, 1"})
  void an_nvme_status_means_what_it_means_from_a_drive(int sct, String sc, int status) {
    errors.inject(
        new ErrorInject(
            "EE_M",
            RequestKind.WRITE,
            ErrorType.NVME_FAILURE,
            sct,
            Integer.decode(sc),
            1,
            0,
            0,
            0));
    assertThat(run(IoType.WRITE)).isEqualTo(status);
    assertThat(run(IoType.WRITE)).isEqualTo(IoStatus.OK);
  }

  @Test
  void a_request_without_memory_is_left_with_its_owner_each_time_it_comes() {
    errors.inject(RequestKind.WRITE, ErrorType.NOMEM, 2);
    driver.prepareWrite(0, 0, filled(512, 1));
    assertThat(channel.submit(driver.io(0))).isEqualTo(IoStatus.BUSY);
    assertThat(channel.submit(driver.io(0))).isEqualTo(IoStatus.BUSY);
    assertThat(channel.inFlight()).isZero();
    assertThat(channel.submit(driver.io(0))).isEqualTo(IoStatus.OK);
    assertThat(driver.read(0, 512)).isEqualTo(filled(512, 1));
  }

  @Test
  void only_requests_that_find_so_many_in_flight_are_met() {
    errors.inject(RequestKind.FLUSH, ErrorType.PENDING, 3);
    errors.inject(new ErrorInject("EE_M", RequestKind.READ, ErrorType.FAILURE, 0, 0, 10, 2, 0, 0));
    for (int i = 0; i < 3; i++) {
      driver.submit(driver.prepareRead(0, 0, 512));
      assertThat(driver.await(driver.io(0))).isEqualTo(i < 2 ? IoStatus.OK : IoStatus.IO_ERROR);
      driver.io(i + 1).prepare(IoType.FLUSH, 0, 0);
      driver.submit(driver.io(i + 1));
    }
  }

  @Test
  void a_byte_of_what_is_read_is_another_one_and_the_disk_is_as_it_was() {
    driver.write(0, filled(4096, 0x55));
    errors.inject(ErrorFixture.corruption(RequestKind.READ, 2, 1000, 0xff));
    byte[] corrupted = filled(4096, 0x55);
    corrupted[1000] = (byte) 0xaa;
    assertThat(driver.read(0, 512)).as("too short").isEqualTo(filled(512, 0x55));
    assertThat(driver.read(0, 4096)).isEqualTo(corrupted);
    driver.io(1).prepare(IoType.READ, 0, 1024);
    driver.io(1).addBuffer(driver.memory(1), 999);
    driver.io(1).addBuffer(driver.memory(1) + 2000, 25);
    assertThat(driver.run(driver.io(1))).isEqualTo(IoStatus.OK);
    assertThat(driver.bytes(1, 2002)[2001]).isEqualTo((byte) 0xaa);
    assertThat(driver.bytes(1, 2002)[2000]).isEqualTo((byte) 0x55);
    assertThat(driver.read(0, 4096)).isEqualTo(filled(4096, 0x55));
  }

  @ParameterizedTest
  @CsvSource({"0", "511", "512", "2047", "1000"})
  void a_byte_of_what_is_written_is_another_one_and_the_guests_memory_is_as_it_was(int offset) {
    errors.inject(ErrorFixture.corruption(RequestKind.WRITE, 1, offset, 0x0f));
    driver.prepareWrite(0, 0, filled(2050, 0x55));
    driver.io(0).prepare(IoType.WRITE, 512, 2048);
    driver.io(0).addBuffer(driver.memory(0), 512);
    driver.io(0).addBuffer(driver.memory(0) + 514, 1536);
    assertThat(driver.run(driver.io(0))).isEqualTo(IoStatus.OK);
    assertThat(driver.bytes(0, 2050)).isEqualTo(filled(2050, 0x55));
    byte[] corrupted = filled(2048, 0x55);
    corrupted[offset] = 0x5a;
    assertThat(driver.read(512, 2048)).isEqualTo(corrupted);
    assertThat(driver.write(512, filled(2048, 0x55))).isEqualTo(IoStatus.OK);
    assertThat(driver.read(512, 2048)).isEqualTo(filled(2048, 0x55));
  }

  @Test
  void all_that_have_data_are_corrupted_by_one_injection_and_the_others_pass() {
    errors.inject(ErrorFixture.corruption(RequestKind.ALL, 1, 0, 1));
    assertThat(run(IoType.FLUSH)).isEqualTo(IoStatus.OK);
    assertThat(run(IoType.WRITE_ZEROES)).isEqualTo(IoStatus.OK);
    driver.write(0, filled(512, 0x10));
    byte[] once = driver.read(0, 512);
    assertThat(once).as("corrupted twice").isEqualTo(filled(512, 0x10));
    assertThat(driver.read(0, 512)[0]).isEqualTo((byte) 0x11);
  }
}
