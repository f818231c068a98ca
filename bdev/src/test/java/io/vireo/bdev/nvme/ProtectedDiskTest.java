package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevFixture;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.IoType;
import io.vireo.nvme.model.ModelFormat;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.reactor.ReactorOptions;
import io.vireo.reactor.SteppedReactor;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Disks whose blocks have protection information (NVM 5.2), of which their guests see nothing. */
class ProtectedDiskTest {
  private static final int BLOCK = DiskFixture.BLOCK;
  private static final int BYTES = 8 * BLOCK;
  private static final long PLACE = 40L * BLOCK;

  /** What is done with the disk of such a controller. */
  private interface Work {
    void on(ModelBus.Slot slot, ChannelDriver driver);
  }

  private static void with(int type, boolean extended, Map<String, Boolean> checks, Work work) {
    ModelFormat format = ModelFormat.metadata(8, extended, type);
    ModuleFixture module = new ModuleFixture();
    ModelBus.Slot slot =
        module.bus.add(DiskFixture.ADDRESS, ModelOptions.DEFAULT.withMdts(1).withFormat(format));
    Map<String, Object> once = Map.of("bdev_retry_count", 0); // the reactor's clock stands still
    module.call("bdev_nvme_set_options", Form.of(NvmeSetOptions.class, once));
    Map<String, Object> asked = new HashMap<>(checks);
    asked.putAll(Map.of("name", "Nvme0", "trtype", "PCIe", "traddr", DiskFixture.ADDRESS));
    module.call("bdev_nvme_attach_controller", Form.of(NvmeAttach.class, asked));
    SteppedReactor stepped = new SteppedReactor(ReactorOptions.POLL);
    BdevFixture disk = new BdevFixture(module.bdevs, module.bdevs.require("Nvme0n1"), stepped);
    try {
      work.on(slot, disk.driver(4, 1 << 20));
    } finally {
      disk.whileStepping(module::close);
      disk.close();
    }
  }

  private static byte[] pattern() {
    byte[] bytes = new byte[BYTES];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (i * 31);
    }
    return bytes;
  }

  private static int status(ChannelDriver driver, long offset, int bytes) {
    return driver.run(driver.prepareRead(1, offset, bytes));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void the_controller_makes_it_and_a_damaged_block_is_found_where_guards_are_checked(int type) {
    for (boolean extended : new boolean[] {false, true}) {
      Map<String, Boolean> checks = Map.of("prchk_guard", true, "prchk_reftag", true);
      with(
          type,
          extended,
          checks,
          (slot, driver) -> {
            driver.write(PLACE, pattern());
            assertThat(driver.read(PLACE, BYTES)).isEqualTo(pattern());
            assertThat(driver.read(PLACE + BLOCK, BLOCK))
                .isEqualTo(Arrays.copyOfRange(pattern(), BLOCK, 2 * BLOCK));
            assertThat(driver.run(IoType.WRITE_ZEROES, PLACE, BLOCK)).isEqualTo(IoStatus.OK);
            assertThat(driver.read(PLACE, BLOCK)).isEqualTo(new byte[BLOCK]);
            slot.model().namespace(1).data()[(int) PLACE + 2 * BLOCK] ^= 1;
            assertThat(status(driver, PLACE + BLOCK, BLOCK)).isEqualTo(IoStatus.OK);
            assertThat(status(driver, PLACE, BYTES)).isEqualTo(IoStatus.IO_ERROR);
          });
    }
  }

  @Test
  void a_block_that_was_written_elsewhere_is_found_where_reference_tags_are_checked() {
    for (boolean checked : new boolean[] {true, false}) {
      with(
          1,
          false,
          Map.of("prchk_reftag", checked),
          (slot, driver) -> {
            driver.write(PLACE, pattern());
            byte[] metadata = slot.model().namespace(1).metadata();
            int at = (int) PLACE / BLOCK * 8;
            System.arraycopy(metadata, at + 8, metadata, at, 8);
            assertThat(status(driver, PLACE, BLOCK))
                .isEqualTo(checked ? IoStatus.IO_ERROR : IoStatus.OK);
          });
    }
  }

  @Test
  void nothing_is_checked_unless_it_is_asked_for() {
    with(
        1,
        true,
        Map.of(),
        (slot, driver) -> {
          driver.write(PLACE, pattern());
          slot.model().namespace(1).data()[(int) PLACE] ^= 1;
          assertThat(status(driver, PLACE, BLOCK)).isEqualTo(IoStatus.OK);
        });
  }
}
