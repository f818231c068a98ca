package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.memreg.MemoryRegistry.Region;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** The registry next to a plain map, whatever is done to both. */
class MemoryRegistryModelTest {
  private static final long BASE = 0x7000_0000_0000L;

  /** A quarter of a 2 MiB entry: small enough that regions come to share entries. */
  private static final long QUARTER = ENTRY_BYTES / 4;

  enum What {
    REGISTER,
    REGISTER_REFUSED,
    UNREGISTER,
    SUBSCRIBE,
    SUBSCRIBE_REFUSED,
    UNSUBSCRIBE
  }

  record Step(What what, int quarter, int quarters) {
    Region region() {
      return new Region(BASE + quarter * QUARTER, quarters * QUARTER);
    }
  }

  @Provide
  Arbitrary<List<Step>> steps() {
    Arbitrary<What> what =
        Arbitraries.frequency(
            Tuple.of(8, What.REGISTER),
            Tuple.of(2, What.REGISTER_REFUSED),
            Tuple.of(5, What.UNREGISTER),
            Tuple.of(2, What.SUBSCRIBE),
            Tuple.of(1, What.SUBSCRIBE_REFUSED),
            Tuple.of(1, What.UNSUBSCRIBE));
    return Combinators.combine(
            what, Arbitraries.integers().between(0, 24), Arbitraries.integers().between(1, 9))
        .as(Step::new)
        .list()
        .ofMaxSize(40);
  }

  /** Each subscriber must know what the map holds. */
  @Property
  void a_registry_and_all_its_subscribers_hold_what_a_plain_map_would(
      @ForAll("steps") List<Step> steps) {
    MemoryRegistry registry = new MemoryRegistry();
    Map<Long, Region> model = new TreeMap<>();
    List<RecordingSubscriber> subscribers = new ArrayList<>();
    for (Step step : steps) {
      Region region = step.region();
      switch (step.what()) {
        case REGISTER -> register(registry, model, region);
        case REGISTER_REFUSED -> registerRefused(registry, model, subscribers, region);
        case UNREGISTER -> unregister(registry, model, region);
        case SUBSCRIBE -> {
          subscribers.add(new RecordingSubscriber());
          registry.subscribe(subscribers.getLast());
        }
        case SUBSCRIBE_REFUSED -> subscribeRefused(registry, model, region);
        case UNSUBSCRIBE -> {
          if (!subscribers.isEmpty()) {
            RecordingSubscriber gone = subscribers.remove(step.quarter() % subscribers.size());
            registry.unsubscribe(gone);
            assertThat(gone.known()).isEmpty();
          }
        }
      }
      assertThat(registry.regions()).containsExactlyElementsOf(model.values());
      for (RecordingSubscriber s : subscribers) {
        assertThat(s.known()).containsExactlyElementsOf(model.values());
      }
      assertThat(registry.isRegistered(region.hva(), region.bytes()))
          .isEqualTo(covered(model, region));
    }
  }

  private static void register(MemoryRegistry registry, Map<Long, Region> model, Region region) {
    if (free(model, region)) {
      registry.register(region.hva(), region.bytes());
      model.put(region.hva(), region);
    } else {
      assertErrno(Errno.EBUSY, () -> registry.register(region.hva(), region.bytes()));
    }
  }

  private static void registerRefused(
      MemoryRegistry registry,
      Map<Long, Region> model,
      List<RecordingSubscriber> subscribers,
      Region region) {
    if (!free(model, region) || subscribers.isEmpty()) {
      return;
    }
    RecordingSubscriber refusing = subscribers.get(subscribers.size() / 2);
    refusing.refusing(region::equals);
    assertThatThrownBy(() -> registry.register(region.hva(), region.bytes()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("refuses");
    refusing.refusing(r -> false);
  }

  private static void subscribeRefused(
      MemoryRegistry registry, Map<Long, Region> model, Region region) {
    RecordingSubscriber s = new RecordingSubscriber().refusing(r -> r.hva() >= region.hva());
    if (model.keySet().stream().anyMatch(hva -> hva >= region.hva())) {
      assertThatThrownBy(() -> registry.subscribe(s)).hasMessageContaining("refuses");
    } else {
      registry.subscribe(s);
      registry.unsubscribe(s);
    }
    assertThat(s.known()).isEmpty();
  }

  private static void unregister(MemoryRegistry registry, Map<Long, Region> model, Region region) {
    Region there = model.get(region.hva());
    if (there == null || there.bytes() != region.bytes()) {
      int errno = there == null ? Errno.ENOENT : Errno.EINVAL;
      assertErrno(errno, () -> registry.unregister(region.hva(), region.bytes()));
    }
    if (there != null) {
      registry.unregister(there.hva(), there.bytes());
      model.remove(there.hva());
    }
  }

  /** By single quarters: none of the entries that the region touches is touched by another. */
  private static boolean free(Map<Long, Region> model, Region region) {
    long first = region.hva() / ENTRY_BYTES;
    long last = (region.hva() + region.bytes() - 1) / ENTRY_BYTES;
    return model.values().stream()
        .noneMatch(
            r -> r.hva() / ENTRY_BYTES <= last && (r.hva() + r.bytes() - 1) / ENTRY_BYTES >= first);
  }

  private static boolean covered(Map<Long, Region> model, Region region) {
    for (long at = region.hva(); at < region.hva() + region.bytes(); at += QUARTER) {
      long quarter = at;
      if (model.values().stream()
          .noneMatch(r -> r.hva() <= quarter && quarter < r.hva() + r.bytes())) {
        return false;
      }
    }
    return true;
  }

  static void assertErrno(int errno, ThrowingCallable call) {
    ErrnoException e = catchThrowableOfType(ErrnoException.class, call);
    assertThat(e).isNotNull();
    assertThat(e.errno()).as(e.getMessage()).isEqualTo(errno);
  }
}
