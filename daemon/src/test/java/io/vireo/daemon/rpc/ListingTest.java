package io.vireo.daemon.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** That what an answer lists is made as it is written. */
class ListingTest {
  private final List<String> made = new ArrayList<>();

  private String tell(Integer thing) {
    made.add("made " + thing);
    return "item " + thing;
  }

  @Test
  void items_are_made_when_they_are_read_and_not_before() {
    List<String> items = Listing.of(List.of(1, 2, 3), this::tell);
    assertThat(items.size()).isEqualTo(3);
    assertThat(made).isEmpty();
    assertThat(items.get(1)).isEqualTo("item 2");
    assertThat(made).containsExactly("made 2");
  }

  @Test
  void it_tells_of_the_things_that_were_there_when_it_was_made() {
    List<Integer> things = new ArrayList<>(List.of(1, 2));
    List<String> items = Listing.of(things, this::tell);
    things.clear();
    assertThat(items).containsExactly("item 1", "item 2");
  }
}
