package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Errno;
import io.vireo.reactor.SteppedReactor;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class BdevRegistryTest {
  private final BdevRegistry registry = new BdevRegistry();
  private final RecordingListener listener = new RecordingListener();

  private static void assertRefused(ThrowingCallable call, int errno, String sentence) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            BdevException.class,
            refusal -> {
              assertThat(refusal.errno()).isEqualTo(errno);
              assertThat(refusal).hasMessage(sentence);
            });
  }

  private HeldBdev registered(String name) {
    HeldBdev bdev = new HeldBdev(name);
    registry.register(bdev);
    return bdev;
  }

  @Test
  void a_bdev_is_found_by_name_and_by_uuid() {
    HeldBdev bdev = registered("Disk0");
    registered("Disk1");
    assertThat(registry.find("Disk0")).containsSame(bdev);
    assertThat(registry.find(bdev.uuid().toString().toUpperCase(java.util.Locale.ROOT)))
        .containsSame(bdev);
    assertThat(registry.find("Disk2")).isEmpty();
    assertThat(registry.all()).extracting(Bdev::name).containsExactly("Disk0", "Disk1");
  }

  @Test
  void a_name_or_uuid_that_is_taken_is_refused() {
    HeldBdev bdev = registered("Disk0");
    assertRefused(
        () -> registry.register(new HeldBdev("Disk0")), Errno.EEXIST, "bdev Disk0 exists already");
    String uuid = bdev.uuid().toString();
    assertRefused(
        () -> registry.register(new HeldBdev(uuid)),
        Errno.EEXIST,
        "bdev " + uuid + " exists already");
    assertThat(registry.all()).containsExactly(bdev);
  }

  @Test
  void what_does_not_exist_cannot_be_opened_or_removed() {
    assertRefused(() -> registry.open("No", true, listener), Errno.ENODEV, "there is no bdev No");
    assertRefused(() -> registry.unregister("No"), Errno.ENODEV, "there is no bdev No");
  }

  @Test
  void a_removed_bdev_frees_its_name() {
    HeldBdev first = registered("Disk0");
    registry.unregister("Disk0");
    assertThat(first.events).containsExactly("destroyed");
    HeldBdev second = registered("Disk0");
    assertThat(registry.find("Disk0")).containsSame(second);
  }

  @Test
  void a_claim_keeps_other_writers_out_and_lets_readers_in() {
    registered("Disk0");
    BdevDescriptor writer = registry.open("Disk0", true, listener);
    writer.claim("vhost.0");
    assertThat(writer.bdev().claimer()).isEqualTo("vhost.0");
    String claimed = "bdev Disk0 is claimed by vhost.0";
    assertRefused(() -> registry.open("Disk0", true, listener), Errno.EPERM, claimed);
    BdevDescriptor reader = registry.open("Disk0", false, listener);
    assertRefused(() -> reader.claim("other"), Errno.EPERM, claimed);
    assertRefused(() -> writer.claim("again"), Errno.EPERM, claimed);
    reader.release(); // not the holder
    assertThat(writer.bdev().claimer()).isEqualTo("vhost.0");
    writer.release();
    assertThat(writer.bdev().claimer()).isNull();
    registry.open("Disk0", true, listener).close();
  }

  @Test
  void a_claim_ends_with_its_descriptor() {
    registered("Disk0");
    BdevDescriptor first = registry.open("Disk0", true, listener);
    first.claim("first");
    first.close();
    BdevDescriptor second = registry.open("Disk0", true, listener);
    second.claim("second");
    first.close(); // again: must not end the other's claim
    assertThat(second.bdev().claimer()).isEqualTo("second");
    assertThatThrownBy(() -> first.claim("third")).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_bdev_that_another_has_open_for_writing_cannot_be_claimed() {
    registered("Disk0");
    BdevDescriptor first = registry.open("Disk0", true, listener);
    BdevDescriptor second = registry.open("Disk0", true, listener);
    assertRefused(() -> first.claim("a"), Errno.EBUSY, "bdev Disk0 is open for writing already");
    second.close();
    first.claim("a");
  }

  @Test
  void a_reader_cannot_claim() {
    registered("Disk0");
    BdevDescriptor reader = registry.open("Disk0", false, listener);
    assertRefused(() -> reader.claim("a"), Errno.EPERM, "bdev Disk0 is open for reading only");
  }

  @Test
  void a_read_only_bdev_opens_for_reading_only() {
    registered("Disk0").readOnly = true;
    assertRefused(
        () -> registry.open("Disk0", true, listener), Errno.EROFS, "bdev Disk0 is read-only");
    registry.open("Disk0", false, listener).close();
  }

  @Test
  void growing_is_told_and_shrinking_an_open_bdev_is_refused() {
    HeldBdev bdev = registered("Disk0");
    BdevDescriptor descriptor = registry.open("Disk0", false, listener);
    bdev.resizeTo(200);
    assertThat(listener.events()).containsExactly("resized Disk0 to 200");
    assertRefused(
        () -> bdev.resizeTo(199),
        Errno.EBUSY,
        "bdev Disk0 is open and cannot shrink from 102400 to 101888 bytes");
    assertThat(bdev.blocks()).isEqualTo(200);
    descriptor.close();
    bdev.resizeTo(100);
    assertThat(bdev.blocks()).isEqualTo(100);
    assertThat(listener.events()).hasSize(1);
  }

  @Test
  void new_size_counts_for_requests_at_once() {
    HeldBdev bdev = new HeldBdev("Disk0");
    try (BdevFixture fixture = new BdevFixture(bdev)) {
      ChannelDriver driver = fixture.driver(1, 512);
      long behind = 512L * HeldBdev.BLOCKS;
      assertThat(driver.run(IoType.UNMAP, behind, 512)).isEqualTo(IoStatus.OUT_OF_RANGE);
      bdev.resizeTo(HeldBdev.BLOCKS + 1);
      BdevIo io = driver.io(0);
      io.prepare(IoType.UNMAP, behind, 512);
      driver.submit(io);
      bdev.end(io, IoStatus.OK);
      assertThat(driver.await(io)).isEqualTo(IoStatus.OK);
    }
  }

  @Test
  void sizes_and_names_that_cannot_be_are_refused() {
    assertRefused(() -> Bdev.sizeBytes(0, 512), Errno.EINVAL, "number of blocks 0 is not positive");
    assertRefused(
        () -> Bdev.sizeBytes(-5, 512), Errno.EINVAL, "number of blocks -5 is not positive");
    assertRefused(
        () -> Bdev.sizeBytes(1L << 54, 512),
        Errno.EINVAL,
        "18014398509481984 blocks of 512 bytes are more than 9223372036854775807 bytes");
    assertThat(Bdev.sizeBytes((1L << 54) - 1, 512)).isEqualTo(Long.MAX_VALUE - 511);
    assertRefused(() -> new HeldBdev(""), Errno.EINVAL, "a bdev needs a name");
  }

  @Test
  void a_uuid_that_was_not_given_is_a_random_one() {
    UUID given = UUID.fromString("2b6601ba-eada-44fb-9a83-a20eb9eb9e90");
    assertThat(Bdev.uuidOf(given)).isEqualTo(given);
    assertThat(Bdev.uuidOf(new UUID(0, 0)).version()).isEqualTo(4);
    assertThat(Bdev.uuidOf(null).version()).isEqualTo(4);
    assertThat(Bdev.uuidOf(null)).isNotEqualTo(Bdev.uuidOf(null));
  }

  @Test
  void block_sizes_are_powers_of_two_of_at_least_a_sector() {
    for (int bad : new int[] {0, 1, 256, 511, 513, 520, 4104, -512, Integer.MIN_VALUE}) {
      assertRefused(
          () -> BdevGeometry.of(bad),
          Errno.EINVAL,
          "block size " + bad + " is not a power of two of at least 512");
    }
    assertRefused(
        () -> BdevGeometry.of(512, 1000),
        Errno.EINVAL,
        "physical block size 1000 is not a power of two of at least 512");
    assertRefused(
        () -> BdevGeometry.of(4096, 512),
        Errno.EINVAL,
        "physical block size 512 is smaller than the block size 4096");
    assertRefused(
        () -> new BdevGeometry(512, 512, 0, 0, 0, -1, 0, 0),
        Errno.EINVAL,
        "optimal write size -1 is negative");
    assertThat(BdevGeometry.of(512, 4096).physicalBlockBytes()).isEqualTo(4096);
  }

  @Test
  void one_descriptor_has_one_channel_on_a_reactor_which_closes_with_its_last_user() {
    HeldBdev bdev = registered("Disk0");
    try (SteppedReactor stepped = new SteppedReactor()) {
      BdevDescriptor mine = registry.open("Disk0", true, listener);
      BdevDescriptor yours = registry.open("Disk0", true, listener);
      BdevChannel channel = mine.channel(stepped.reactor());
      assertThat(mine.channel(stepped.reactor())).isSameAs(channel);
      assertThat(yours.channel(stepped.reactor())).isNotSameAs(channel);
      mine.releaseChannel(stepped.reactor());
      assertThat(bdev.events).containsExactly("channel", "channel");
      mine.releaseChannel(stepped.reactor());
      assertThat(bdev.events).containsExactly("channel", "channel", "closed");
      mine.releaseChannel(stepped.reactor()); // one too many changes nothing
      assertThat(mine.channel(stepped.reactor())).isNotSameAs(channel);
      mine.close();
      yours.close();
      assertThat(bdev.events).hasSize(6).endsWith("closed", "closed");
      assertThatThrownBy(() -> mine.channel(stepped.reactor()))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("the descriptor of bdev Disk0 is closed");
    }
  }

  @Test
  void a_bdev_that_is_being_removed_is_not_there_for_anybody() {
    HeldBdev bdev = new HeldBdev("Disk0");
    BdevFixture fixture = new BdevFixture(bdev);
    BdevRegistry bdevs = fixture.registry;
    ChannelDriver driver = fixture.driver(1, 512);
    driver.submit(driver.prepareRead(0, 0, 512));
    List<String> whileRemoving = new ArrayList<>();
    Thread removal = new Thread(() -> bdevs.unregister("Disk0"));
    removal.start();
    driver.until("the removal", () -> !fixture.listener.events().isEmpty());
    whileRemoving.add("found: " + bdevs.find("Disk0").isPresent() + bdevs.all().size());
    assertRefused(
        () -> bdevs.open("Disk0", false, listener), Errno.ENODEV, "there is no bdev Disk0");
    assertRefused(() -> bdevs.unregister("Disk0"), Errno.ENODEV, "there is no bdev Disk0");
    assertRefused(
        () -> bdevs.register(new HeldBdev("Disk0")), Errno.EEXIST, "bdev Disk0 exists already");
    assertRefused(
        () -> fixture.descriptor.channel(fixture.stepped.reactor()),
        Errno.ENODEV,
        "bdev Disk0 is being removed");
    assertRefused(
        () -> fixture.descriptor.claim("late"), Errno.ENODEV, "bdev Disk0 is being removed");
    assertThat(whileRemoving).containsExactly("found: false0");
    assertThat(removal.isAlive()).isTrue(); // for as long as the request is in flight
    assertThat(bdev.events).containsExactly("channel");
    bdev.end(driver.io(0), IoStatus.OK);
    driver.until("the end of the removal", () -> !removal.isAlive());
    assertThat(bdev.events).containsExactly("channel", "closed", "destroyed");
    bdevs.register(new HeldBdev("Disk0"));
    fixture.descriptor.close();
    driver.close();
    fixture.stepped.close();
  }

  @Test
  void a_user_may_close_when_it_is_told_of_the_removal() {
    HeldBdev bdev = registered("Disk0");
    try (SteppedReactor stepped = new SteppedReactor()) {
      BdevDescriptor[] descriptor = new BdevDescriptor[1];
      descriptor[0] =
          registry.open(
              "Disk0",
              true,
              new BdevListener() {
                @Override
                public void removed(Bdev removed) {
                  descriptor[0].close();
                }

                @Override
                public void resized(Bdev resized) {}
              });
      descriptor[0].channel(stepped.reactor());
      registry.unregister("Disk0");
      assertThat(bdev.events).containsExactly("channel", "closed", "destroyed");
    }
  }

  @Test
  void a_bdev_whose_channel_did_not_close_is_not_destroyed() {
    HeldBdev bdev = registered("Disk0");
    bdev.closingFails = new IllegalStateException("stuck");
    try (SteppedReactor stepped = new SteppedReactor()) {
      registry.open("Disk0", true, listener).channel(stepped.reactor());
      assertThatThrownBy(() -> registry.unregister("Disk0")).hasRootCause(bdev.closingFails);
      assertThat(bdev.events).containsExactly("channel", "closed");
    }
  }
}
