package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.iobuf.Iobuf;
import io.vireo.bdev.iobuf.IobufOptions;
import org.junit.jupiter.api.Test;

class BounceSizesTest {
  private static BounceSizes set(int reactors, int largeCount) {
    Iobuf iobuf = new Iobuf(reactors);
    iobuf.set(new IobufOptions(64, 4096, largeCount, 135_168));
    return BounceSizes.of(iobuf);
  }

  @Test
  void large_buffers_are_what_drives_share() {
    assertThat(set(2, 1024)).isEqualTo(new BounceSizes(135_168, 1024, 8));
  }

  @Test
  void reactors_keep_no_more_at_hand_than_leaves_half_for_all() {
    for (int reactors = 1; reactors <= 64; reactors++) {
      for (int count : new int[] {8, 9, 63, 64, 65, 1024}) {
        BounceSizes sizes = set(reactors, count);
        assertThat(sizes.batch()).isBetween(1, 8);
        assertThat(2 * sizes.batch() * reactors).isLessThanOrEqualTo(sizes.count() / 2);
      }
    }
  }

  @Test
  void too_few_for_the_reactors_are_made_enough() {
    assertThat(set(4, 8)).isEqualTo(new BounceSizes(135_168, 16, 1));
  }

  @Test
  void where_nothing_was_set_there_are_some_for_each_cpu() {
    BounceSizes usual = BounceSizes.of(new Iobuf(1));
    assertThat(usual.bytes()).isEqualTo(64 << 10);
    assertThat(usual.count()).isGreaterThanOrEqualTo(128);
  }
}
