package io.vireo.nvme.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CommandIdsTest {
  private static NvmeRequest request() {
    return new NvmeRequest((r, status) -> {}, 1);
  }

  @Property(tries = 100)
  void each_id_releases_its_request_once_and_all_stay_in_order(
      @ForAll @IntRange(min = 1, max = 70) int slots, @ForAll long seed) {
    CommandIds ids = new CommandIds(slots);
    Random random = new Random(seed);
    Map<Integer, NvmeRequest> inFlight = new LinkedHashMap<>();
    for (int i = 0; i < 1000; i++) {
      if (random.nextBoolean() && !ids.isFull()) {
        NvmeRequest request = request();
        assertThat(inFlight.put(ids.take(request), request)).isNull();
      } else {
        int id = random.nextInt(0x10000);
        if (random.nextBoolean() && !inFlight.isEmpty()) {
          List<Integer> known = new ArrayList<>(inFlight.keySet());
          id = known.get(random.nextInt(known.size()));
        }
        assertThat(ids.release(id)).isSameAs(inFlight.remove(id));
      }
      NvmeRequest next = ids.oldest();
      for (Map.Entry<Integer, NvmeRequest> entry : inFlight.entrySet()) {
        assertThat(next).isSameAs(entry.getValue());
        next = ids.newerThan(entry.getKey());
      }
      assertThat(next).isNull();
      assertThat(ids.inFlight()).isEqualTo(inFlight.size());
      assertThat(ids.isFull()).isEqualTo(inFlight.size() == slots);
    }
    for (NvmeRequest request : inFlight.values()) {
      assertThat(ids.releaseOldest()).isSameAs(request);
    }
    assertThat(ids.releaseOldest()).isNull();
  }

  @Test
  void an_id_does_not_come_again_soon_and_ffff_never() {
    for (int slots : new int[] {1, 2, 3, 4, 1000, QueueOptions.MAX_REQUESTS}) {
      CommandIds ids = new CommandIds(slots);
      Set<Integer> seen = new HashSet<>();
      for (int i = 0; i < 14; i++) {
        int id = ids.take(request());
        assertThat(seen.add(id)).isTrue();
        assertThat(ids.release(id)).isNotNull();
        assertThat(ids.release(id)).isNull();
      }
      for (int i = 0; i < 70_000 && slots < 5; i++) {
        int id = ids.take(request());
        assertThat(id).isBetween(0, 0xfffe);
        ids.release(id);
      }
    }
    CommandIds all = new CommandIds(QueueOptions.MAX_REQUESTS);
    for (int round = 0; round < 40; round++) {
      List<Integer> taken = new ArrayList<>();
      while (!all.isFull()) {
        taken.add(all.take(request()));
      }
      assertThat(taken).doesNotContain(0xffff).doesNotHaveDuplicates();
      taken.forEach(id -> assertThat(all.release(id)).isNotNull());
    }
  }
}
