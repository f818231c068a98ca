package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ADDRESS_SPACE_BYTES;
import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static io.vireo.memreg.MemoryRegistryModelTest.assertErrno;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.sun.management.ThreadMXBean;
import io.vireo.linux.Errno;
import io.vireo.memreg.MemoryRegistry.Region;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class MemoryRegistryTest {
  private static final long BASE = 0x7000_0000_0000L;
  private static final long PAGE = 4096;

  private final MemoryRegistry registry = new MemoryRegistry();

  @Test
  void ranges_that_are_not_whole_pages_of_the_address_space_are_invalid() {
    long[][] ranges = {
      {BASE + 1, PAGE},
      {BASE, PAGE - 1},
      {BASE, 0},
      {BASE, -PAGE},
      {ADDRESS_SPACE_BYTES, PAGE},
      {ADDRESS_SPACE_BYTES - PAGE, 2 * PAGE},
      {-PAGE, PAGE},
      {PAGE, Long.MAX_VALUE & -PAGE},
    };
    for (long[] r : ranges) {
      assertErrno(Errno.EINVAL, () -> registry.register(r[0], r[1]));
      assertErrno(Errno.EINVAL, () -> registry.unregister(r[0], r[1]));
      assertThat(registry.isRegistered(r[0], r[1])).isFalse();
    }
    registry.register(ADDRESS_SPACE_BYTES - PAGE, PAGE);
    registry.register(0, PAGE);
    assertThat(registry.regions())
        .containsExactly(new Region(0, PAGE), new Region(ADDRESS_SPACE_BYTES - PAGE, PAGE));
  }

  @Test
  void errors_name_the_values() {
    registry.register(BASE, 3 * PAGE);
    assertThatThrownBy(() -> registry.register(BASE + PAGE, PAGE))
        .hasMessage(
            "register of 0x1000 bytes at 0x700000001000, overlapping a region of 0x3000 bytes at"
                + " 0x700000000000: Device or resource busy (EBUSY)");
    assertThatThrownBy(() -> registry.register(BASE + 4 * PAGE, PAGE))
        .hasMessageContaining("sharing a 2 MiB entry with a region of 0x3000 bytes");
    assertThatThrownBy(() -> registry.register(BASE - ENTRY_BYTES, 2 * ENTRY_BYTES))
        .hasMessageContaining("overlapping a region of 0x3000 bytes");
    assertThatThrownBy(() -> registry.unregister(BASE, PAGE))
        .hasMessageContaining("where a region of 0x3000 bytes starts: Invalid argument (EINVAL)");
    assertThatThrownBy(() -> registry.unregister(BASE + PAGE, PAGE))
        .hasMessageContaining("where no region starts: No such file or directory (ENOENT)");
  }

  @Test
  void subscribers_are_told_in_their_order_and_of_the_end_in_reverse() {
    List<String> log = new ArrayList<>();
    registry.subscribe(new RecordingSubscriber("a", log));
    registry.subscribe(new RecordingSubscriber("b", log));
    registry.register(ENTRY_BYTES, PAGE);
    registry.unregister(ENTRY_BYTES, PAGE);
    assertThat(log).containsExactly("a+200000", "b+200000", "b-200000", "a-200000");
  }

  @Test
  void a_subscriber_that_refuses_undoes_what_those_before_it_did() {
    List<String> log = new ArrayList<>();
    registry.subscribe(new RecordingSubscriber("a", log));
    registry.subscribe(new RecordingSubscriber("b", log));
    registry.subscribe(new RecordingSubscriber("c", log).refusing(r -> true));
    registry.subscribe(new RecordingSubscriber("d", log));
    assertThatThrownBy(() -> registry.register(ENTRY_BYTES, PAGE)).hasMessage("c refuses 200000");
    assertThat(log).containsExactly("a+200000", "b+200000", "c!200000", "b-200000", "a-200000");
    assertThat(registry.regions()).isEmpty();
    assertThat(registry.isRegistered(ENTRY_BYTES, PAGE)).isFalse();
  }

  @Test
  void a_subscriber_that_refuses_in_the_replay_is_told_the_end_of_what_it_took() {
    for (int i = 1; i <= 4; i++) {
      registry.register(i * ENTRY_BYTES, PAGE);
    }
    List<String> log = new ArrayList<>();
    RecordingSubscriber s =
        new RecordingSubscriber("s", log).refusing(r -> r.hva() == 3 * ENTRY_BYTES);
    assertThatThrownBy(() -> registry.subscribe(s)).hasMessage("s refuses 600000");
    assertThat(log).containsExactly("s+200000", "s+400000", "s!600000", "s-400000", "s-200000");
    registry.unregister(ENTRY_BYTES, PAGE);
    assertThat(log).hasSize(5);
  }

  @Test
  void all_are_told_of_an_end_even_when_one_fails() {
    RecordingSubscriber before = new RecordingSubscriber();
    RecordingSubscriber after = new RecordingSubscriber();
    registry.subscribe(before);
    registry.subscribe(failingAtTheEnd("first"));
    registry.subscribe(failingAtTheEnd("second"));
    registry.subscribe(after);
    registry.register(BASE, PAGE);
    assertThatThrownBy(() -> registry.unregister(BASE, PAGE))
        .hasMessage("second")
        .satisfies(e -> assertThat(e.getSuppressed()).hasSize(1));
    assertThat(before.known()).isEmpty();
    assertThat(after.known()).isEmpty();
    assertThat(registry.regions()).isEmpty();
    registry.register(BASE, PAGE);
    assertThat(after.known()).hasSize(1);
  }

  @Test
  void a_failure_while_undoing_is_added_to_the_one_that_made_it_necessary() {
    registry.subscribe(failingAtTheEnd("undo"));
    registry.subscribe(new RecordingSubscriber("r", new ArrayList<>()).refusing(r -> true));
    assertThatThrownBy(() -> registry.register(BASE, PAGE))
        .hasMessageStartingWith("r refuses")
        .satisfies(e -> assertThat(e.getSuppressed()[0]).hasMessage("undo"));
    assertThat(registry.regions()).isEmpty();
  }

  private static MemorySubscriber failingAtTheEnd(String message) {
    return new MemorySubscriber() {
      @Override
      public void registered(long hva, long bytes) {}

      @Override
      public void unregistered(long hva, long bytes) {
        throw new AssertionError(message);
      }
    };
  }

  @Test
  void a_subscriber_cannot_change_the_registry_while_it_is_told() {
    List<Throwable> thrown = new ArrayList<>();
    List<Runnable> changes =
        List.of(
            () -> registry.register(BASE + ENTRY_BYTES, PAGE),
            () -> registry.unregister(BASE, PAGE),
            () -> registry.subscribe(new RecordingSubscriber()),
            () -> registry.unsubscribe(new RecordingSubscriber()));
    registry.subscribe(
        new MemorySubscriber() {
          @Override
          public void registered(long hva, long bytes) {
            for (Runnable change : changes) {
              thrown.add(catchThrowableOfType(IllegalStateException.class, change::run));
            }
          }

          @Override
          public void unregistered(long hva, long bytes) {}
        });
    registry.register(BASE, PAGE);
    assertThat(thrown)
        .hasSize(4)
        .allSatisfy(
            e ->
                assertThat(e)
                    .hasMessage("a memory subscriber changed the registry while being told"));
    assertThat(registry.regions()).containsExactly(new Region(BASE, PAGE));
  }

  @Test
  void nobody_subscribes_twice_or_leaves_without_having_subscribed() {
    RecordingSubscriber s = new RecordingSubscriber();
    assertThatThrownBy(() -> registry.unsubscribe(s)).isInstanceOf(IllegalStateException.class);
    registry.subscribe(s);
    assertThatThrownBy(() -> registry.subscribe(s)).isInstanceOf(IllegalStateException.class);
    registry.register(BASE, PAGE);
    assertThat(s.known()).hasSize(1);
  }

  @Test
  void one_range_may_be_registered_in_adjacent_regions() {
    registry.register(BASE, ENTRY_BYTES);
    registry.register(BASE + ENTRY_BYTES, PAGE);
    assertThat(registry.isRegistered(BASE + 5, ENTRY_BYTES)).isTrue();
    assertThat(registry.isRegistered(BASE, ENTRY_BYTES + PAGE)).isTrue();
    assertThat(registry.isRegistered(BASE, ENTRY_BYTES + PAGE + 1)).isFalse();
    assertThat(registry.isRegistered(BASE - 1, 2)).isFalse();
  }

  /** A subscriber's view never contradicts itself, whoever registers while it comes and goes. */
  @Test
  void threads_that_register_and_subscribe_at_once_leave_everybody_with_the_same()
      throws Exception {
    RecordingSubscriber steady = new RecordingSubscriber();
    registry.subscribe(steady);
    List<Callable<Void>> work = new ArrayList<>();
    for (int t = 0; t < 3; t++) {
      long start = BASE + t * 16L * ENTRY_BYTES;
      work.add(
          () -> {
            for (int round = 0; round < 300; round++) {
              for (int i = 0; i < 16; i++) {
                registry.register(start + i * ENTRY_BYTES, PAGE);
              }
              for (int i = 0; i < 16; i++) {
                if (round < 299 || i % 2 == 0) {
                  registry.unregister(start + i * ENTRY_BYTES, PAGE);
                }
              }
            }
            return null;
          });
    }
    work.add(
        () -> {
          for (int i = 0; i < 500; i++) {
            RecordingSubscriber s = new RecordingSubscriber();
            registry.subscribe(s);
            registry.unsubscribe(s);
            assertThat(s.known()).isEmpty();
          }
          return null;
        });
    try (ExecutorService threads = Executors.newFixedThreadPool(work.size())) {
      for (Future<Void> done : threads.invokeAll(work)) {
        done.get();
      }
    }
    assertThat(registry.regions()).hasSize(24);
    assertThat(steady.known()).isEqualTo(registry.regions());
  }

  /** A front-end chooses the size, and a file without pages can have any. */
  @Test
  void what_a_registration_takes_of_the_heap_does_not_depend_on_its_size() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    registry.register(0, PAGE); // what is done once
    long before = threads.getCurrentThreadAllocatedBytes();
    registry.register(ADDRESS_SPACE_BYTES / 2, ADDRESS_SPACE_BYTES / 2);
    assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(64 * 1024);
  }
}
