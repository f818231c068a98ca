package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import io.vireo.vhost.Placement.Spread;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which reactor a queue gets. */
class PlacementTest {
  @TempDir Path dir;

  private TestTarget target;
  private ReactorGroup reactors;

  @BeforeEach
  void open() {
    target = new TestTarget(dir);
    reactors = target.reactors;
    assumeThat(reactors.reactors()).as("this needs two CPUs").hasSize(2);
  }

  @AfterEach
  void close() {
    target.close();
  }

  private Placement of(Spread spread) {
    return new Placement(reactors, reactors.cpus(), spread);
  }

  @Test
  void queues_that_are_spread_are_as_many_on_each_reactor() {
    Placement placement = of(Spread.EVENLY);
    for (int pair = 0; pair < 4; pair++) {
      Set<Reactor> two = new HashSet<>();
      two.add(placement.place());
      two.add(placement.place());
      assertThat(two).hasSize(2);
    }
  }

  @Test
  void spreading_is_even_for_each_guest_whatever_others_have() {
    Placement together = of(Spread.TOGETHER);
    for (int i = 0; i < 6; i++) {
      together.place();
    }
    Placement spread = of(Spread.EVENLY);
    assertThat(spread.place()).isNotEqualTo(spread.place());
  }

  @Test
  void queues_together_follow_the_first_one_which_goes_to_the_least_loaded_reactor() {
    Placement first = of(Spread.TOGETHER);
    Reactor one = first.place();
    for (int i = 1; i < 4; i++) {
      assertThat(first.place()).isSameAs(one);
    }
    Placement second = of(Spread.TOGETHER);
    Reactor other = second.place();
    assertThat(other).isNotSameAs(one);
    assertThat(second.place()).isSameAs(other);
  }

  @Test
  void when_all_queues_have_left_the_next_one_goes_to_the_least_loaded_reactor_again() {
    Placement moving = of(Spread.TOGETHER);
    Reactor before = moving.place();
    moving.release(before);
    Placement other = of(Spread.TOGETHER);
    assertThat(other.place()).isSameAs(before);
    assertThat(moving.place()).isNotSameAs(before);
  }

  @Test
  void a_queue_that_leaves_makes_room_where_it_was() {
    Placement spread = of(Spread.EVENLY);
    Reactor first = spread.place();
    spread.place();
    spread.place();
    spread.place();
    spread.release(first);
    assertThat(spread.place()).isSameAs(first);
  }

  @Test
  void only_cpus_of_the_mask_are_used_and_those_without_a_reactor_do_not_matter() {
    Reactor second = reactors.reactors().get(1);
    BitSet mask = new BitSet();
    mask.set(second.cpu());
    mask.set(4000);
    Placement placement = new Placement(reactors, mask, Spread.EVENLY);
    assertThat(placement.place()).isSameAs(second);
    assertThat(placement.place()).isSameAs(second);
  }
}
