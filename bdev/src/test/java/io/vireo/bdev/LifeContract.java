package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.reactor.ReactorOptions;
import io.vireo.reactor.SteppedReactor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Resets, removal and closing with requests in flight. */
abstract class LifeContract extends RefusalContract {
  @Test
  void a_reset_ends_after_all_that_was_in_flight_before_it() {
    for (int round = 0; round < 20; round++) {
      List<BdevIo> before = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        driver.submit(driver.prepareWrite(i, (long) i * 16 * block, random(i, 16 * block)));
        before.add(driver.io(i));
      }
      driver.io(40).prepare(IoType.RESET, 0, 0);
      driver.io(41).prepare(IoType.RESET, 0, 0);
      driver.submit(driver.io(40));
      driver.submit(driver.prepareRead(42, 0, block));
      driver.submit(driver.io(41));
      assertThat(driver.await(driver.io(40))).isEqualTo(IoStatus.OK);
      for (BdevIo io : before) {
        assertThat(driver.ended(io)).isTrue();
        assertThat(driver.await(io)).isIn(IoStatus.OK, IoStatus.ABORTED);
      }
      assertThat(driver.await(driver.io(41))).isEqualTo(IoStatus.OK);
      assertThat(driver.ended(driver.io(42))).isTrue();
      assertThat(driver.await(driver.io(42))).isIn(IoStatus.OK, IoStatus.ABORTED);
    }
    byte[] data = random(77, block);
    assertThat(driver.write(0, data)).isEqualTo(IoStatus.OK);
    assertThat(driver.read(0, block)).isEqualTo(data);
  }

  @Test
  void a_removal_lets_requests_in_flight_end_and_refuses_later_ones() {
    for (int i = 0; i < 40; i++) {
      driver.submit(driver.prepareWrite(i, (long) i * 16 * block, random(i, 16 * block)));
    }
    fixture.unregister();
    for (int i = 0; i < 40; i++) {
      assertThat(driver.ended(driver.io(i))).isTrue();
      assertThat(driver.await(driver.io(i))).isEqualTo(IoStatus.OK);
    }
    assertThat(channel.inFlight()).isZero();
    assertThat(driver.write(0, new byte[block])).isEqualTo(IoStatus.NO_DEVICE);
    assertThat(driver.run(IoType.FLUSH, 0, 0)).isEqualTo(IoStatus.NO_DEVICE);
    assertThat(driver.run(IoType.RESET, 0, 0)).isEqualTo(IoStatus.NO_DEVICE);
    assertThat(fixture.listener.events()).containsExactly("removed " + fixture.bdev.name());
    assertThat(fixture.registry.find(fixture.bdev.name())).isEmpty();
  }

  @Test
  void closing_a_descriptor_with_requests_in_flight_waits_for_them_and_leaves_other_users() {
    BdevDescriptor other = fixture.registry.open(fixture.bdev.name(), true, fixture.listener);
    BdevChannel theirs = other.channel(fixture.stepped.reactor());
    ChannelDriver them = fixture.driver(theirs, 32, MIB);
    for (int i = 0; i < 32; i++) {
      them.submit(them.prepareWrite(i, (long) i * block, random(i, block)));
    }
    fixture.whileStepping(other::close);
    for (int i = 0; i < 32; i++) {
      assertThat(them.ended(them.io(i))).isTrue();
      assertThat(driver.read((long) i * block, block)).isEqualTo(random(i, block));
    }
    assertThat(them.write(0, new byte[block])).isEqualTo(IoStatus.NO_DEVICE);
  }

  @Test
  void memory_that_a_guest_takes_away_ends_its_own_requests_and_no_others() throws Exception {
    SteppedReactor stepped = new SteppedReactor(ReactorOptions.POLL, new RecordingFaults());
    long memory = TruncatedMemory.map();
    try (BdevFixture shared = new BdevFixture(create("Disk1", DISK_BYTES), stepped)) {
      ChannelDriver bad = shared.driver(1, block);
      BdevDescriptor other = shared.registry.open(shared.bdev.name(), true, shared.listener);
      BdevChannel theirs = other.channel(stepped.reactor());
      ChannelDriver good = shared.driver(theirs, 1, 2L * block);
      for (int round = 0; round < 2000; round++) {
        BdevIo io = bad.io(0);
        io.prepare((round & 1) == 0 ? IoType.READ : IoType.WRITE, 0, 4096);
        io.addBuffer(memory + 1, 4096);
        anyhow(bad, shared.channel, () -> assertThat(bad.run(io)).isEqualTo(IoStatus.IO_ERROR));
        byte[] data = random(round, 2 * block);
        anyhow(good, theirs, () -> good.write(4096, data));
        anyhow(good, theirs, () -> assertThat(good.read(4096, 2 * block)).isEqualTo(data));
      }
    }
    TruncatedMemory.unmap(memory);
  }

  /** Compiled code raises the error some steps after it touched the memory, wherever it is then. */
  private static void anyhow(ChannelDriver driver, BdevChannel channel, Runnable requests) {
    try {
      requests.run();
    } catch (InternalError late) {
      driver.until("the end", () -> channel.inFlight() == 0);
    }
  }
}
