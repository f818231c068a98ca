package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CpuTimesTest {
  private static final String STAT =
      """
      cpu  100 200 300 400 500 600 700 800 900 1000
      cpu1 1 2 3 4 5 6 7 8 9 10
      cpu11 1748964 83007 160298 629412 4079 0 2128 10343 0 0
      cpu3 1 2 3
      intr 23070269 0 0
      """;

  @Test
  void ticks_of_10_ms_are_told_in_nanoseconds_with_nice_time_and_soft_interrupts() {
    assertThat(CpuTimes.parse(STAT, 1))
        .isEqualTo(new CpuTimes(30_000_000, 30_000_000, 130_000_000));
    assertThat(CpuTimes.parse(STAT, 11))
        .isEqualTo(new CpuTimes(18_319_710_000_000L, 1_602_980_000_000L, 21_280_000_000L));
  }

  @Test
  void a_cpu_that_is_not_told_of_has_done_nothing() {
    CpuTimes nothing = new CpuTimes(0, 0, 0);
    assertThat(CpuTimes.parse(STAT, 0)).isEqualTo(nothing);
    assertThat(CpuTimes.parse(STAT, 3)).isEqualTo(nothing);
    assertThat(CpuTimes.parse("", 1)).isEqualTo(nothing);
    assertThat(CpuTimes.of(99_999)).isEqualTo(nothing);
  }

  @Test
  void this_machines_cpus_have_worked() {
    int cpu = Cpu.allowed().nextSetBit(0);
    CpuTimes before = CpuTimes.of(cpu);
    assertThat(before.userNs() + before.systemNs()).isPositive();
    CpuTimes after = CpuTimes.of(cpu);
    assertThat(after.userNs()).isGreaterThanOrEqualTo(before.userNs());
  }
}
