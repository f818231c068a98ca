package io.vireo.memreg;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Mem;
import io.vireo.memreg.MemoryRegistry.Region;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Mapped memory is registered for devices while somebody wants it so. */
class MappingPinTest extends MappingLeakCheck {
  @Test
  void memory_is_registered_as_long_as_any_reference_has_it_pinned() {
    Mapping first = cache.acquire(fd, 0, MIB);
    Mapping second = cache.acquire(fd, 0, MIB);
    Mapping bystander = cache.acquire(fd, 0, MIB);
    Region region = new Region(first.hva(), MIB);
    first.pin();
    first.pin(); // counts once
    second.pin();
    assertThat(registry.regions()).containsExactly(region);
    first.unpin();
    first.unpin();
    assertThat(first.isPinned()).isFalse();
    assertThat(registry.regions()).containsExactly(region);
    second.close(); // takes its pin along
    assertThat(registry.regions()).isEmpty();
    assertThat(bystander.isPinned()).isFalse();
    first.pin();
    assertThat(registry.regions()).containsExactly(region);
    bystander.close();
    first.close();
    assertThatThrownBy(first::pin).hasMessageContaining("is closed");
  }

  @Test
  void a_pin_that_a_subscriber_refuses_leaves_the_mapping_usable_and_may_be_tried_again() {
    RecordingSubscriber pins = new RecordingSubscriber().refusing(r -> true);
    registry.subscribe(pins);
    try (Mapping mapping = cache.acquire(fd, 0, MIB);
        Mapping same = cache.acquire(fd, 0, MIB)) {
      assertThatThrownBy(mapping::pin).hasMessageContaining("refuses");
      assertThat(mapping.isPinned()).isFalse();
      Mem.putInt(mapping.hva(), 5);
      pins.refusing(r -> false);
      same.pin();
      mapping.pin();
      assertThat(pins.known()).containsExactly(new Region(mapping.hva(), MIB));
    }
    assertThat(pins.known()).isEmpty();
  }

  @Test
  void subscribers_hear_of_the_end_while_the_memory_is_still_there() {
    List<Integer> seen = new ArrayList<>();
    MemorySubscriber reads =
        new MemorySubscriber() {
          @Override
          public void registered(long hva, long bytes) {
            Mem.putInt(hva, 99);
          }

          @Override
          public void unregistered(long hva, long bytes) {
            seen.add(Mem.getInt(hva));
            throw new IllegalStateException("cannot let go");
          }
        };
    registry.subscribe(reads);
    Mapping mapping = cache.acquire(fd, 0, MIB);
    mapping.pin();
    assertThatThrownBy(mapping::close).hasMessage("cannot let go");
    assertThat(seen).containsExactly(99);
    assertThat(AddressSpace.named(FILE_NAME)).isEmpty();
  }
}
