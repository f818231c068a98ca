package io.vireo.virtio.blk;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.virtio.PendingBdev;
import io.vireo.virtio.QueueBudget;
import io.vireo.virtio.TestDisk;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RequestPoolTest {
  private final QueueMemory memory =
      QueueMemory.allocate("test-queue", 40, new byte[20], QueueBudget.of(1 << 20));
  private final RequestPool pool = new RequestPool((io, status) -> {}, 40, memory);

  @AfterEach
  void close() {
    memory.close();
  }

  private BlkRequest take(int head) {
    BlkRequest request = pool.next();
    request.head = head;
    assertThat(pool.inUse(head)).isFalse();
    pool.take();
    assertThat(pool.inUse(head)).isTrue();
    return request;
  }

  @Test
  void a_request_that_is_only_looked_at_is_the_next_one_again() {
    assertThat(pool.next()).isSameAs(pool.next());
    BlkRequest request = take(7);
    assertThat(pool.next()).isNotSameAs(request);
    pool.give(request);
    assertThat(pool.inUse(7)).isFalse();
    assertThat(pool.next()).isSameAs(request);
  }

  @Test
  void requests_are_made_as_they_are_needed_up_to_the_memorys_limit() {
    assertThat(pool.made()).isEqualTo(16);
    List<BlkRequest> taken = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      taken.add(take(i));
    }
    assertThat(pool.made()).isEqualTo(40);
    assertThat(new HashSet<>(taken)).hasSize(40);
    Set<Long> memories = new HashSet<>();
    for (BlkRequest request : taken) {
      assertThat(pool.byTag(request.io.tag())).isSameAs(request);
      memories.add(request.ranges);
    }
    assertThat(memories).hasSize(40);
    Collections.shuffle(taken, new Random(1));
    taken.forEach(pool::give);
    for (int i = 0; i < 40; i++) {
      take(i);
    }
    assertThat(pool.made()).isEqualTo(40);
  }

  @Test
  void a_ring_full_of_requests_in_flight_ends_each_of_them_once() {
    PendingBdev bdev = new PendingBdev("disk", 512, 2048);
    try (TestDisk disk = TestDisk.with().size(256).bdev(bdev).build()) {
      for (int round = 0; round < 3; round++) {
        Set<Integer> tags = new HashSet<>();
        for (int tag = disk.driver.flush(); tag >= 0; tag = disk.driver.flush()) {
          tags.add(tag);
        }
        disk.run();
        assertThat(disk.queue.inFlight()).isEqualTo(tags.size()).isGreaterThan(100);
        while (bdev.pending() > 0) {
          bdev.completeLast(0);
          bdev.completeAll();
        }
        disk.settle();
        for (int tag = disk.driver.poll(); tag >= 0; tag = disk.driver.poll()) {
          assertThat(tags.remove(tag)).isTrue();
          assertThat(disk.driver.status(tag)).isEqualTo(BlkStatus.OK);
        }
        assertThat(tags).isEmpty();
      }
    }
  }
}
