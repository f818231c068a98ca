package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Errno;
import io.vireo.reactor.SteppedReactor;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Whoever has claimed a bdev can have several channels of it on one reactor. */
class OpenAgainTest {
  private final BdevRegistry registry = new BdevRegistry();
  private final HeldBdev held = new HeldBdev("H");
  private final SteppedReactor stepped = new SteppedReactor();
  private final RecordingListener listener = new RecordingListener();

  OpenAgainTest() {
    registry.register(held);
  }

  @AfterEach
  void close() {
    stepped.close();
  }

  @Test
  void a_claim_is_no_hindrance_and_the_channels_are_others() {
    BdevDescriptor first = registry.open("H", true, listener);
    first.claim("me");
    BdevDescriptor again = first.openAgain();
    assertThat(again.write()).isTrue();
    BdevChannel one = first.channel(stepped.reactor());
    BdevChannel another = again.channel(stepped.reactor());
    assertThat(another).isNotSameAs(one);
    again.close();
    assertThat(held.claimer()).isEqualTo("me");
    assertThat(held.events).containsExactly("channel", "channel", "closed");
    registry.unregister("H");
    assertThat(listener.events()).as("once").containsExactly("removed H");
  }

  @Test
  void a_descriptor_that_is_closed_or_whose_bdev_goes_opens_nothing() {
    BdevDescriptor closed = registry.open("H", false, listener);
    assertThat(closed.openAgain().write()).isFalse();
    closed.close();
    assertThatThrownBy(closed::openAgain)
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("the descriptor of bdev H is closed");
    BdevDescriptor open = registry.open("H", false, listener);
    registry.unregister("H");
    assertThatThrownBy(open::openAgain)
        .isInstanceOfSatisfying(
            BdevException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENODEV));
  }

  @Test
  void another_bdev_of_the_same_name_is_not_the_one_to_be_removed() {
    HeldBdev other = new HeldBdev("H");
    assertThatThrownBy(() -> registry.unregister(other)).hasMessage("there is no bdev H");
    assertThat(registry.find("H")).containsSame(held);
    registry.unregister(held);
    assertThat(registry.all()).isEmpty();
  }
}
