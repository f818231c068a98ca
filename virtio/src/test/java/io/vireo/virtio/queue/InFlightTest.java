package io.vireo.virtio.queue;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class InFlightTest {
  private final InFlight inFlight = new InFlight();
  private final List<String> released = new ArrayList<>();

  @Test
  void an_older_table_is_free_at_once_when_nothing_began_under_it() {
    inFlight.nextEpoch(() -> released.add("first"));
    assertThat(released).containsExactly("first");
  }

  @Test
  void an_older_table_waits_for_the_requests_that_began_under_it_and_no_others() {
    int older = inFlight.begin();
    inFlight.nextEpoch(() -> released.add("first"));
    int newer = inFlight.begin();
    inFlight.end(newer);
    assertThat(released).isEmpty();
    inFlight.end(older);
    assertThat(released).containsExactly("first");
  }

  @Test
  void a_newer_table_is_not_let_go_before_an_older_one() {
    int first = inFlight.begin();
    inFlight.nextEpoch(() -> released.add("first"));
    int second = inFlight.begin();
    inFlight.nextEpoch(() -> released.add("second"));
    inFlight.end(second);
    assertThat(released).isEmpty();
    inFlight.end(first);
    assertThat(released).containsExactly("first", "second");
  }

  @Test
  void who_waits_for_all_is_told_once_and_at_once_when_there_is_none() {
    inFlight.whenNone(() -> released.add("none"));
    assertThat(released).containsExactly("none");
    int request = inFlight.begin();
    inFlight.whenNone(() -> released.add("drained"));
    inFlight.whenNone(() -> released.add("for another"));
    assertThat(released).hasSize(1);
    inFlight.end(request);
    inFlight.end(inFlight.begin());
    assertThat(released).containsExactly("none", "drained", "for another");
  }

  @Property
  void a_table_is_released_exactly_when_the_last_of_its_and_of_older_requests_ends(
      @ForAll Random random) {
    List<Integer> begun = new ArrayList<>(); // epoch of each request in flight
    List<Boolean> free = new ArrayList<>(); // by epoch
    InFlight counter = new InFlight();
    int epoch = 0;
    for (int step = 0; step < 100; step++) {
      switch (random.nextInt(4)) {
        case 0 -> {
          int table = epoch++;
          free.add(false);
          counter.nextEpoch(() -> free.set(table, true));
        }
        case 1, 2 -> begun.add(counter.begin());
        default -> {
          if (!begun.isEmpty()) {
            counter.end(begun.remove(/* index */ random.nextInt(begun.size())));
          }
        }
      }
      assertThat(counter.count()).isEqualTo(begun.size());
      int oldest = begun.stream().mapToInt(Integer::intValue).min().orElse(epoch);
      for (int table = 0; table < epoch; table++) {
        assertThat(free.get(table)).as("table %d", table).isEqualTo(table < oldest);
      }
    }
  }
}
