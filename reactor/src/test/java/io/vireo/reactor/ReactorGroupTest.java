package io.vireo.reactor;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Timeout.ThreadMode.SEPARATE_THREAD;

import io.vireo.linux.Cpu;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(value = 60, threadMode = SEPARATE_THREAD)
class ReactorGroupTest {
  private static final BitSet ALLOWED = Cpu.allowed();

  private static ReactorGroup group(BitSet cpus) {
    return new ReactorGroup(cpus, ReactorOptions.ADAPTIVE, new RecordingListener());
  }

  private static BitSet of(int cpu) {
    BitSet cpus = new BitSet();
    cpus.set(cpu);
    return cpus;
  }

  @Test
  void there_is_one_reactor_on_each_cpu_of_the_mask() {
    try (ReactorGroup group = group(ALLOWED)) {
      assertThat(group.reactors().stream().mapToInt(Reactor::cpu))
          .containsExactly(ALLOWED.stream().boxed().toArray(Integer[]::new));
      assertThat(group.reactors().get(0).name()).isEqualTo("reactor-" + ALLOWED.nextSetBit(0));
      assertThat(group.cpus()).isEqualTo(ALLOWED);
    }
  }

  @Test
  void placements_go_round_and_fill_what_was_released() {
    try (ReactorGroup group = group(ALLOWED)) {
      int size = group.reactors().size();
      List<Reactor> placed = new ArrayList<>();
      for (int i = 0; i < 3 * size; i++) {
        placed.add(group.place(ALLOWED));
      }
      for (int i = 0; i < 3 * size; i++) {
        assertThat(placed.get(i)).isSameAs(group.reactors().get(i % size));
      }
      Reactor last = group.reactors().get(size - 1);
      group.release(last);
      assertThat(group.place(ALLOWED)).isSameAs(last);
    }
  }

  @Test
  void a_mask_confines_the_placement_and_may_name_more_than_there_is() {
    int last = ALLOWED.length() - 1;
    try (ReactorGroup group = group(ALLOWED)) {
      BitSet mask = of(last);
      mask.set(1000);
      for (int i = 0; i < 5; i++) {
        assertThat(group.place(mask).cpu()).isEqualTo(last);
      }
    }
  }

  @Test
  void a_mask_without_a_reactor_is_refused_with_a_sentence() {
    int cpu = ALLOWED.nextSetBit(0);
    try (ReactorGroup group = group(of(cpu))) {
      assertThatThrownBy(() -> group.place(of(70)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage(
              "CPU mask 0x400000000000000000 has none of the CPUs with a reactor, "
                  + CpuMask.format(of(cpu)));
      assertThatThrownBy(() -> group.place(new BitSet()))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void a_release_without_a_placement_is_refused() {
    try (ReactorGroup group = group(of(ALLOWED.nextSetBit(0)))) {
      Reactor reactor = group.place(ALLOWED);
      group.release(reactor);
      assertThatThrownBy(() -> group.release(reactor))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("nothing is placed on " + reactor.name());
    }
  }

  @Test
  void a_cpu_that_is_not_allowed_is_refused_before_any_thread_starts() {
    BitSet cpus = (BitSet) ALLOWED.clone();
    cpus.set(999);
    assertThatThrownBy(() -> group(cpus))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage(
            "CPU 999 does not exist or is not allowed here; allowed are "
                + CpuMask.formatList(ALLOWED));
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("reactor-"));
    assertThatThrownBy(() -> group(new BitSet()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a reactor group needs at least one CPU");
  }

  @Test
  void closing_ends_every_thread() {
    ReactorGroup group = group(ALLOWED);
    group.close();
    assertThat(Thread.getAllStackTraces().keySet())
        .noneMatch(thread -> thread.getName().startsWith("reactor-"));
  }
}
