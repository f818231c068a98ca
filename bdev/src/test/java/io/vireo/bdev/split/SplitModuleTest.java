package io.vireo.bdev.split;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.HeldBdev;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.RecordingListener;
import io.vireo.bdev.filter.FilterFixture;
import io.vireo.bdev.malloc.MallocCreate;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.nulldev.NullResize;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SplitModuleTest {
  private static final int MIB_BLOCKS = 2048;

  private final FilterFixture fixture = new FilterFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private Object split(String base, int count, long mib) {
    return fixture.calls.call("bdev_split_create", new SplitCreate(base, count, mib));
  }

  private Bdev bdev(String name) {
    return fixture.calls.bdevs.require(name);
  }

  private static byte[] filled(int bytes, int value) {
    byte[] data = new byte[bytes];
    Arrays.fill(data, (byte) value);
    return data;
  }

  @Test
  void parts_lie_one_behind_the_other_and_touch_nothing_else() {
    fixture.calls.createMalloc("M", 10);
    assertThat(split("M", 3, 0)).isEqualTo(List.of("Mp0", "Mp1", "Mp2"));
    for (int part = 0; part < 3; part++) {
      ChannelDriver driver = fixture.driver("Mp" + part, 1);
      assertThat(bdev("Mp" + part).blocks()).isEqualTo(3);
      assertThat(driver.write(0, filled(3 * 512, part + 1))).isEqualTo(IoStatus.OK);
      driver.io(0).prepare(IoType.WRITE, 3 * 512, 512);
      driver.io(0).addBuffer(driver.memory(0), 512);
      assertThat(driver.run(driver.io(0))).isEqualTo(IoStatus.OUT_OF_RANGE);
      assertThat(driver.run(IoType.UNMAP, 2 * 512, 1024)).isEqualTo(IoStatus.OUT_OF_RANGE);
      assertThat(driver.read(2 * 512, 512)).isEqualTo(filled(512, part + 1));
    }
    BdevDescriptor reader = fixture.calls.bdevs.open("M", false, new RecordingListener());
    FilterFixture.User whole =
        new FilterFixture.User(reader, reader.channel(fixture.stepped.reactor()), null);
    ChannelDriver driver = fixture.driver(whole, 1);
    for (int block = 0; block < 10; block++) {
      int part = block / 3 + 1;
      assertThat(driver.read(block * 512L, 512)).isEqualTo(filled(512, part > 3 ? 0 : part));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "7, 0, 7", // equal parts
    "10, 1, 10",
    "11, 1, 10",
    "9, 2, 5",
    "4, 2, 4",
    "4, 3, 3",
    "5, 10, 1"
  })
  void as_many_parts_are_made_as_fit(int count, long mib, int made) {
    fixture.calls.createNull("N", 10 * MIB_BLOCKS);
    assertThat((List<?>) split("N", count, mib)).hasSize(made);
    assertThat(bdev("Np0").sizeBytes()).isEqualTo(mib == 0 ? 2925 * 512 : mib << 20);
  }

  @Test
  void equal_parts_begin_where_the_base_likes_requests_to_begin() {
    MallocCreate base = new MallocCreate("M", 512, 1000, null, 12, 0, false, 0, false, 4096, 0, -1);
    fixture.calls.call("bdev_malloc_create", base);
    split("M", 3, 0);
    assertThat(bdev("Mp2").blocks()).isEqualTo(312); // 333 less what is no multiple of 8 and 12
    assertThat(bdev("Mp2").geometry()).isEqualTo(new BdevGeometry(512, 4096, 12, 0, 0, 0, 0, 0));
  }

  @Test
  void parts_that_begin_elsewhere_do_not_promise_what_is_not_so() {
    MallocCreate base =
        new MallocCreate("M", 512, 3 * MIB_BLOCKS, null, 3000, 0, false, 0, false, 4096, 0, -1);
    fixture.calls.call("bdev_malloc_create", base);
    split("M", 3, 1);
    assertThat(bdev("Mp1").geometry()).isEqualTo(BdevGeometry.of(512, 4096));
    Layout odd = new Layout(2, 7);
    BdevGeometry likes = new BdevGeometry(512, 4096, 7, 5, 3, 2, 14, 6);
    assertThat(odd.geometry(likes)).isEqualTo(new BdevGeometry(512, 512, 7, 0, 3, 2, 0, 6));
    assertThat(new Layout(1, 7).geometry(likes)).isEqualTo(likes);
  }

  @Test
  void ranges_of_an_unmap_are_those_of_the_part() {
    HeldBdev held = fixture.held("H");
    held.unmapRanges = 3;
    split("H", 4, 0);
    ChannelDriver driver = fixture.driver("Hp2", 1);
    BdevIo io = driver.io(0);
    io.prepare(IoType.UNMAP, 512, 512);
    io.addRange(3 * 512, 1024);
    io.addRange(24 * 512, 512);
    driver.submit(io);
    BdevIo below = held.held.getFirst().io();
    assertThat(below.rangeCount()).isEqualTo(3);
    assertThat(below.rangeOffsetBytes(0)).isEqualTo(51 * 512);
    assertThat(below.rangeOffsetBytes(1)).isEqualTo(53 * 512);
    assertThat(below.rangeOffsetBytes(2)).isEqualTo(74 * 512);
    assertThat(below.rangeBytes(1)).isEqualTo(1024);
    assertThat(io.rangeOffsetBytes(2)).isEqualTo(24 * 512);
    held.end(below, IoStatus.OK);
    assertThat(driver.await(io)).isEqualTo(IoStatus.OK);
    io.prepare(IoType.UNMAP, 0, 512);
    io.addRange(25 * 512, 512);
    assertThat(driver.run(io)).isEqualTo(IoStatus.OUT_OF_RANGE);
  }

  @Test
  void a_reset_of_one_part_leaves_the_others() {
    HeldBdev held = fixture.held("H");
    split("H", 2, 0);
    ChannelDriver first = fixture.driver("Hp0", 1);
    ChannelDriver second = fixture.driver("Hp1", 1);
    second.submit(second.prepareRead(0, 0, 512));
    assertThat(first.run(IoType.RESET, 0, 0)).isEqualTo(IoStatus.OK);
    assertThat(held.events).doesNotContain("cancel");
    held.end(held.held.getFirst().io(), IoStatus.OK);
    assertThat(second.await(second.io(0))).isEqualTo(IoStatus.OK);
  }

  @Test
  void all_parts_go_together_and_the_base_is_free_again() {
    fixture.calls.createNull("N", 9);
    split("N", 3, 0);
    fixture.passthru("Np1", "P");
    FilterFixture.User user = fixture.user("P");
    assertThat(bdev("N").claimer()).isEqualTo("split");
    fixture
        .calls
        .refusal("bdev_split_create", new SplitCreate("N", 2, 0))
        .hasMessage("bdev N is claimed by split");
    fixture.whileStepping(() -> fixture.calls.call("bdev_split_delete", new SplitDelete("N")));
    assertThat(user.listener().events()).containsExactly("removed P");
    assertThat(fixture.calls.bdevs.all()).extracting(Bdev::name).containsExactly("N");
    assertThat(bdev("N").claimer()).isNull();
    fixture
        .calls
        .refusal("bdev_split_delete", new SplitDelete("N"))
        .hasMessage("bdev N is not split");
    assertThat(split("N", 2, 0)).isEqualTo(List.of("Np0", "Np1"));
    fixture.calls.bdevs.unregister("N");
    assertThat(fixture.calls.bdevs.all()).isEmpty();
  }

  @Test
  void a_name_that_is_taken_leaves_no_part() {
    fixture.calls.createNull("N", 9);
    fixture.calls.createNull("Np1", 9);
    fixture
        .calls
        .refusal("bdev_split_create", new SplitCreate("N", 3, 0))
        .hasMessage("bdev Np1 exists already");
    assertThat(fixture.calls.bdevs.all()).extracting(Bdev::name).containsExactly("N", "Np1");
    assertThat(bdev("N").claimer()).isNull();
  }

  @Test
  void what_cannot_be_split_is_refused() {
    fixture.calls.createNull("N", MIB_BLOCKS);
    fixture.calls.createNull("small", 3);
    assertRefused("none", 1, 0, "there is no bdev none");
    assertRefused("N", 0, 0, "split_count 0 is not between 1 and 1024");
    assertRefused("N", 1025, 0, "split_count 1025 is not between 1 and 1024");
    assertRefused("small", 4, 0, "split_count 4 is more than the 3 blocks of bdev small");
    assertRefused("N", 1, 2, "split_size_mb 2 is more than the 1 MiB of bdev N");
    assertRefused(
        "N",
        1,
        Long.MAX_VALUE,
        "split_size_mb 9223372036854775807 is more than the 1 MiB of bdev N");
    MallocCreate large = new MallocCreate("L", 2 << 20, 2);
    fixture.calls.call("bdev_malloc_create", large);
    assertRefused("L", 1, 1, "split_size_mb 1 is no multiple of the block size 2097152");
    for (String name : List.of("N", "small", "L")) {
      assertThat(bdev(name).claimer()).isNull();
    }
    assertThat(fixture.calls.bdevs.all()).hasSize(3);
  }

  private void assertRefused(String base, int count, long mib, String message) {
    fixture
        .calls
        .refusal("bdev_split_create", new SplitCreate(base, count, mib))
        .hasMessage(message);
  }

  @Test
  void parts_keep_their_size_when_the_base_grows() {
    fixture.calls.createNull("N", 2 * MIB_BLOCKS);
    split("N", 2, 0);
    fixture.calls.call("bdev_null_resize", new NullResize("N", 5));
    assertThat(bdev("Np0").blocks()).isEqualTo(MIB_BLOCKS);
    assertThat(bdev("Np1").blocks()).isEqualTo(MIB_BLOCKS);
  }

  @ParameterizedTest
  @CsvSource({"2048, 2, 0", "4096, 9, 1", "1001, 3, 0"})
  void parts_come_back_at_their_places_though_the_base_has_grown(int blocks, int count, long mib) {
    fixture.calls.createNull("N", blocks);
    Object names = split("N", count, mib);
    List<Map<String, Object>> places =
        fixture.calls.bdevs.all(SplitBdev.class).stream().map(Bdev::driverSpecific).toList();
    long partBlocks = bdev("Np1").blocks();
    fixture.calls.call("bdev_null_resize", new NullResize("N", 50));
    ConfigEntry saved = fixture.calls.configuration().getLast();
    fixture.calls.call("bdev_split_delete", new SplitDelete("N"));
    assertThat(fixture.calls.call(saved.method(), saved.parameters())).isEqualTo(names);
    assertThat(fixture.calls.bdevs.all(SplitBdev.class).stream().map(Bdev::driverSpecific))
        .isEqualTo(places);
    assertThat(bdev("Np1").blocks()).isEqualTo(partBlocks);
    assertThat(fixture.calls.configuration().getLast()).isEqualTo(saved);
  }

  @Test
  void a_size_is_given_in_one_way() {
    fixture.calls.createNull("N", MIB_BLOCKS);
    fixture
        .calls
        .refusal("bdev_split_create", new SplitCreate("N", 1, 1, 7))
        .hasMessage("split_size_mb 1 and split_size_blocks 7 exclude each other");
    fixture
        .calls
        .refusal("bdev_split_create", new SplitCreate("N", 1, 0, 2049))
        .hasMessage("split_size_blocks 2049 is more than the 2048 blocks of bdev N");
  }

  @Test
  void one_call_brings_all_parts_back_with_their_uuids() {
    fixture.calls.createNull("N", 4 * MIB_BLOCKS);
    split("N", 9, 1);
    UUID uuid = bdev("Np3").uuid();
    ConfigEntry saved = fixture.calls.configuration().getLast();
    assertThat(saved)
        .isEqualTo(new ConfigEntry("bdev_split_create", new SplitCreate("N", 4, 1), "Np0"));
    assertThat(fixture.calls.configuration()).hasSize(2);
    fixture.calls.call("bdev_split_delete", new SplitDelete("N"));
    assertThat(fixture.calls.call(saved.method(), saved.parameters()))
        .isEqualTo(List.of("Np0", "Np1", "Np2", "Np3"));
    assertThat(bdev("Np3").uuid()).isEqualTo(uuid).isNotEqualTo(bdev("Np2").uuid());
    assertThat(bdev("Np3").driverSpecific().toString())
        .contains("base_bdev=N", "offset_blocks=6144");
  }
}
