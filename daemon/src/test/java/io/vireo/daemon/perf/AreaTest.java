package io.vireo.daemon.perf;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

class AreaTest {
  @Test
  void in_order_each_unit_comes_once_a_round() {
    Area area = new Area(10, 3, 4096, false, 1);
    for (int round = 0; round < 2; round++) {
      for (long unit = 0; unit < 3; unit++) {
        long next = area.next();
        assertThat(next).isEqualTo(unit);
        assertThat(area.sector(next)).isEqualTo((10 + unit) * 8);
      }
    }
  }

  @Property(tries = 200)
  void at_random_no_unit_lies_outside(
      @ForAll @LongRange(min = 1, max = 1L << 54) long units, @ForAll long seed) {
    Area area = new Area(0, units, 512, true, seed);
    for (int i = 0; i < 100; i++) {
      assertThat(area.next()).isBetween(0L, units - 1);
      assertThat(area.percent()).isBetween(0, 99);
    }
  }

  @Test
  void so_many_of_a_hundred_are_so_many() {
    Area area = new Area(0, 1, 512, true, 3);
    int below = 0;
    for (int i = 0; i < 10_000; i++) {
      below += area.percent() < 30 ? 1 : 0;
    }
    assertThat(below).isBetween(2800, 3200);
  }

  @Property(tries = 20)
  void at_random_every_unit_comes_in_time(@ForAll @IntRange(min = 1, max = 32) int units) {
    Area area = new Area(0, units, 512, true, 7);
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < 40 * units; i++) {
      seen.add(area.next());
    }
    assertThat(seen).hasSize(units);
  }
}
