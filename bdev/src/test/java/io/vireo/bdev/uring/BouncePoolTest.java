package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevIo;
import io.vireo.bdev.IoType;
import io.vireo.bdev.iobuf.IobufOptions;
import io.vireo.bdev.iobuf.IobufStats;
import io.vireo.bdev.iobuf.IobufStats.Pool;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.HostMemory.HugePages;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Which requests have which buffers, and in which order they get them. */
class BouncePoolTest {
  private static final int SMALL = 8192;
  private static final int LARGE = 5 * 4096;

  private final HostMemory memory = HostMemory.allocate(4096, "test", HugePages.NEVER);
  private final BounceCounters counters = new BounceCounters();
  private BouncePool pool = new BouncePool(new IobufOptions(2, SMALL, 1, LARGE), counters);

  @AfterEach
  void close() {
    pool.close();
    memory.close();
  }

  private UringRequest request(long bytes) {
    UringRequest request = new UringRequest(0, pool.zeroes());
    request.io = new BdevIo(null, 0, memory.address(), 1);
    request.io.prepare(IoType.READ, 0, bytes);
    return request;
  }

  private UringRequest lent(long bytes) {
    UringRequest request = request(bytes);
    assertThat(pool.lend(request)).isTrue();
    return request;
  }

  private UringRequest waiting(long bytes) {
    UringRequest request = request(bytes);
    assertThat(pool.lend(request)).isFalse();
    assertThat(request.takeBounce()).isZero();
    return request;
  }

  private UringRequest giveBack(UringRequest request) {
    return pool.takeBack(request.takeBounce());
  }

  private IobufStats lentAndWaited(int small, int smallWaited, int large, int largeWaited) {
    return new IobufStats(new Pool(small, 0, smallWaited), new Pool(large, 0, largeWaited));
  }

  @Test
  void a_transfer_has_the_smallest_buffer_that_holds_it() {
    UringRequest fits = lent(SMALL);
    UringRequest larger = lent(SMALL + 512);
    assertThat(counters.stats()).isEqualTo(lentAndWaited(1, 0, 1, 0));
    assertThat(giveBack(fits)).isNull();
    assertThat(giveBack(larger)).isNull();
    lent(100 * LARGE); // in pieces
    assertThat(counters.stats()).isEqualTo(lentAndWaited(1, 0, 2, 0));
  }

  @Test
  void a_small_transfer_has_a_large_buffer_when_the_small_ones_are_out() {
    lent(512);
    lent(512);
    UringRequest third = lent(512);
    assertThat(counters.stats()).isEqualTo(lentAndWaited(2, 0, 1, 0));
    waiting(512);
    assertThat(giveBack(third)).isNotNull();
    assertThat(counters.stats()).isEqualTo(lentAndWaited(2, 1, 2, 0));
  }

  @Test
  void who_waits_is_served_in_order_and_large_buffers_serve_large_transfers_first() {
    UringRequest small = lent(512);
    lent(512);
    UringRequest large = lent(LARGE);
    UringRequest smallWaiter = waiting(512);
    UringRequest secondSmall = waiting(SMALL);
    UringRequest largeWaiter = waiting(LARGE);
    assertThat(giveBack(large)).isSameAs(largeWaiter);
    assertThat(giveBack(small)).isSameAs(smallWaiter);
    assertThat(giveBack(largeWaiter)).isSameAs(secondSmall);
    assertThat(counters.stats()).isEqualTo(lentAndWaited(3, 2, 3, 1));
  }

  @Test
  void a_small_buffer_is_of_no_use_to_who_waits_for_a_large_one() {
    UringRequest small = lent(512);
    UringRequest large = lent(LARGE);
    UringRequest waiter = waiting(LARGE);
    assertThat(giveBack(small)).isNull();
    assertThat(giveBack(large)).isSameAs(waiter);
  }

  @Test
  void buffers_lie_in_pages_of_their_own_below_the_zeroes() {
    pool.close();
    pool = new BouncePool(new IobufOptions(3, SMALL, 2, LARGE), counters);
    Set<Long> pages = new HashSet<>();
    for (int i = 0; i < 5; i++) {
      boolean isLarge = i >= 3;
      long address = lent(isLarge ? LARGE : 512).takeBounce();
      assertThat(address % 4096).isZero();
      for (int page = 0; page < (isLarge ? LARGE : SMALL) / 4096; page++) {
        assertThat(pages.add(address + page * 4096L)).isTrue();
        assertThat(address + page * 4096L).isLessThan(pool.zeroes());
      }
    }
  }

  @Test
  void without_small_buffers_all_have_large_ones() {
    pool.close();
    pool = new BouncePool(UringRings.usual(2), counters);
    lent(512);
    lent(512);
    waiting(512);
    assertThat(counters.stats()).isEqualTo(lentAndWaited(0, 0, 2, 1));
  }
}
