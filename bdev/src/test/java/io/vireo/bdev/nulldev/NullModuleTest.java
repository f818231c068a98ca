package io.vireo.bdev.nulldev;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevFixture;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.ModuleCalls;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class NullModuleTest {
  private final ModuleCalls calls = new ModuleCalls();

  private static NullCreate parameters(String name, int blockBytes, long blocks) {
    return new NullCreate(name, blockBytes, blocks);
  }

  @Test
  void reads_leave_their_buffers_and_everything_ends_at_once() {
    NullBdev bdev = new NullBdev("Null0", Bdev.uuidOf(null), BdevGeometry.of(4096), 1L << 40);
    try (BdevFixture fixture = new BdevFixture(bdev)) {
      ChannelDriver driver = fixture.driver(1, 4096);
      for (IoType type : IoType.values()) {
        driver.io(0).prepare(type, 4096, type.ranged() ? 4096 : 0);
        if (type.hasData()) {
          driver.io(0).addBuffer(driver.memory(0), 4096);
        }
        assertThat(fixture.channel.submit(driver.io(0))).isEqualTo(IoStatus.OK);
      }
      byte[] untouched = new byte[4096];
      Arrays.fill(untouched, (byte) 0xee);
      assertThat(driver.read((1L << 52) - 4096, 4096)).isEqualTo(untouched);
      assertThat(driver.run(IoType.UNMAP, 1L << 52, 4096)).isEqualTo(IoStatus.OUT_OF_RANGE);
      assertThat(bdev.stats().ops(IoType.READ)).isEqualTo(2);
    }
  }

  @Test
  void creates_with_all_sizes_and_saves_them() {
    NullCreate all =
        new NullCreate(
            "N",
            512,
            8,
            UUID.fromString("2b6601ba-eada-44fb-9a83-a20eb9eb9e90"),
            4096,
            0,
            0,
            0,
            false,
            1,
            2,
            3,
            4,
            5);
    assertThat(calls.call("bdev_null_create", all)).isEqualTo("N");
    assertThat(calls.bdevs.require("N").geometry())
        .isEqualTo(new BdevGeometry(512, 4096, 0, 2, 1, 3, 5, 4));
    assertThat(calls.configuration())
        .singleElement()
        .isEqualTo(new ConfigEntry("bdev_null_create", all, "N"));
    assertThat(calls.call("bdev_null_delete", new NullDelete("N"))).isEqualTo(true);
    assertThat(calls.configuration()).isEmpty();
  }

  @Test
  void a_new_size_is_in_mib() {
    calls.call("bdev_null_create", parameters("N", 512, 1));
    assertThat(calls.call("bdev_null_resize", new NullResize("N", 3))).isEqualTo(true);
    assertThat(calls.bdevs.require("N").blocks()).isEqualTo(3 * 2048);
    calls.refusal("bdev_null_resize", new NullResize("N", 0)).hasMessageContaining("0 MiB");
    calls.refusal("bdev_null_resize", new NullResize("N", 1L << 43)).hasMessageContaining("MiB");
    calls.refusal("bdev_null_resize", new NullResize("M", 1)).hasMessage("there is no bdev M");
    calls.call("bdev_null_create", parameters("Big", 2 << 20, 1));
    calls
        .refusal("bdev_null_resize", new NullResize("Big", 3))
        .hasMessage("new size 3 MiB is no multiple of the block size 2097152");
    assertThat(calls.bdevs.require("Big").blocks()).isEqualTo(1);
  }

  @Test
  void what_cannot_be_is_refused_and_leaves_nothing() {
    calls
        .refusal("bdev_null_create", parameters("N", 500, 1))
        .hasMessage("block size 500 is not a power of two of at least 512");
    calls
        .refusal("bdev_null_create", parameters("N", 512, 0))
        .hasMessage("number of blocks 0 is not positive");
    calls.refusal("bdev_null_create", parameters("", 512, 1)).hasMessage("a bdev needs a name");
    assertThat(calls.bdevs.all()).isEmpty();
    calls.call("bdev_null_create", parameters("N", 512, 1));
    calls.refusal("bdev_null_create", parameters("N", 512, 1)).hasMessage("bdev N exists already");
    assertThat(calls.bdevs.all()).hasSize(1);
  }
}
