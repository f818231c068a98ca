package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.memreg.MemoryRegistry.Region;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MappingCacheTest extends MappingLeakCheck {
  @ParameterizedTest
  @CsvSource({
    "0,1000000",
    "a0000,10000",
    "1ff000,2000",
    "200000,e00000",
    "fff000,1000",
    "1234,abc"
  })
  void a_mapping_shows_its_part_of_the_file_and_ends_at_a_guard(String at, String size) {
    long offset = Long.parseLong(at, 16);
    long bytes = Long.parseLong(size, 16);
    try (Mapping file = cache.acquire(fd, 0, FILE_BYTES);
        Mapping part = cache.acquire(fd, offset, bytes)) {
      Mem.putByte(part.hva(), (byte) 17);
      Mem.putByte(part.hva() + bytes - 1, (byte) 34);
      assertThat(Mem.getByte(file.hva() + offset)).isEqualTo((byte) 17);
      assertThat(Mem.getByte(file.hva() + offset + bytes - 1)).isEqualTo((byte) 34);

      assertThat(part.bytes()).isEqualTo(bytes);
      assertThat(part.hva() % ENTRY_BYTES).isEqualTo(offset % ENTRY_BYTES);
      long firstPage = part.hva() & -4096;
      long end = (part.hva() + bytes + 4095) & -4096;
      assertThat(AddressSpace.at(end).access()).isEqualTo("---s");
      if (firstPage % ENTRY_BYTES != 0) {
        assertThat(AddressSpace.at(firstPage - 1).access()).isEqualTo("---s");
      }
    }
  }

  @Test
  void the_registry_gets_the_exact_pages_and_no_entry_has_two_owners() {
    try (Mapping low = cache.acquire(fd, 0, 0xa_0000);
        Mapping high = cache.acquire(fd, 0xc_0000, 0x14_1000);
        Mapping odd = cache.acquire(fd, 0x1ff_ff1, 0x20)) {
      assertThat(registry.regions()).as("nobody wants devices to reach them").isEmpty();
      List.of(low, high, odd).forEach(Mapping::pin);
      assertThat(registry.regions())
          .containsExactlyInAnyOrder(
              new Region(low.hva(), 0xa_0000),
              new Region(high.hva(), 0x14_1000),
              new Region(odd.hva() & -4096, 0x2000));
    }
  }

  @Test
  void the_same_part_is_mapped_once_and_goes_with_its_last_reference() {
    int again = Libc.dup(fd);
    int reopened = Libc.open("/proc/self/fd/" + fd, Libc.O_RDWR, 0);
    Mapping first = cache.acquire(fd, MIB, MIB);
    Mapping second = cache.acquire(again, MIB, MIB);
    Mapping third = cache.acquire(reopened, MIB, MIB);
    Libc.close(again);
    Libc.close(reopened);
    assertThat(second.hva()).isEqualTo(first.hva());
    assertThat(third.hva()).isEqualTo(first.hva());
    assertThat(cache.size()).isEqualTo(1);

    first.close();
    first.close(); // a reference is dropped once, whatever its holder does
    first.close();
    Mem.putInt(second.hva(), 42);
    second.close();
    assertThat(Mem.getInt(third.hva())).isEqualTo(42);
    assertThat(cache.size()).isEqualTo(1);
    third.close();
    assertThat(cache.size()).isZero();
  }

  @Test
  void other_parts_and_other_files_have_mappings_of_their_own() {
    int other = GuestMemoryFixture.memfd(FILE_BYTES);
    try (Mapping a = cache.acquire(fd, 0, MIB);
        Mapping b = cache.acquire(fd, 0, 2 * MIB);
        Mapping c = cache.acquire(fd, MIB, MIB);
        Mapping d = cache.acquire(other, 0, MIB)) {
      assertThat(List.of(a.hva(), b.hva(), c.hva(), d.hva())).doesNotHaveDuplicates();
      assertThat(cache.size()).isEqualTo(4);
      Mem.putInt(a.hva(), 7);
      assertThat(Mem.getInt(b.hva())).isEqualTo(7);
      assertThat(Mem.getInt(d.hva())).isZero();
    } finally {
      Libc.close(other);
    }
  }

  @Test
  void a_mapping_outlives_the_callers_descriptor() {
    int own = Libc.dup(fd);
    try (Mapping mapping = cache.acquire(own, 0, MIB)) {
      Libc.close(own);
      Mem.putInt(mapping.hva(), 5);
      assertThat(mapping.fileTooShort()).isFalse();
    }
  }

  @Test
  void a_truncated_file_is_found_too_short() {
    Mapping low = cache.acquire(fd, 0, MIB);
    Mapping high = cache.acquire(fd, MIB, MIB);
    Libc.ftruncate(fd, 2 * MIB - 1);
    assertThat(low.fileTooShort()).isFalse();
    assertThat(high.fileTooShort()).isTrue();
    Libc.ftruncate(fd, 0);
    assertThat(low.fileTooShort()).isTrue();
    assertThatThrownBy(() -> Mem.getInt(low.hva())).isInstanceOf(InternalError.class);
    low.close();
    high.close();
    assertThatThrownBy(high::fileTooShort).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void pages_that_a_file_has_lost_are_replaced_and_the_others_stay() {
    Mapping file = cache.acquire(fd, 0x1800, MIB);
    Mapping same = cache.acquire(fd, 0x1800, MIB);
    Mem.putByte(file.hva(), (byte) 7);
    Mem.putByte(file.hva() + MIB - 1, (byte) 9);
    Libc.ftruncate(fd, 0x2801);
    assertThatThrownBy(() -> Mem.getByte(file.hva() + 0x1800)).isInstanceOf(InternalError.class);
    file.replaceLost();
    assertThat(same.fileTooShort()).isTrue();
    assertThat(Mem.getByte(same.hva() + MIB - 1)).isZero();
    Mem.putByte(same.hva() + 0x1800, (byte) 5);
    assertThat(Mem.getByte(file.hva() + 0x1800)).isEqualTo((byte) 5);
    assertThat(Mem.getByte(file.hva())).isEqualTo((byte) 7);
    Libc.ftruncate(fd, 0);
    file.replaceLost();
    assertThat(Mem.getByte(file.hva())).isZero();
    assertThat(AddressSpace.at((file.hva() + MIB + 4095) & -4096).access()).isEqualTo("---s");
    file.close();
    same.close();
  }

  @Test
  void a_mapping_with_replaced_pages_is_not_shared_with_who_comes_after() {
    Mapping broken = cache.acquire(fd, 0, MIB);
    Libc.ftruncate(fd, 0);
    broken.replaceLost();
    Libc.ftruncate(fd, FILE_BYTES);
    try (Mapping file = cache.acquire(fd, 0, FILE_BYTES);
        Mapping fresh = cache.acquire(fd, 0, MIB)) {
      Mem.putInt(file.hva(), 77);
      assertThat(Mem.getInt(fresh.hva())).isEqualTo(77);
      assertThat(Mem.getInt(broken.hva())).isZero();
      broken.close();
      assertThat(cache.size()).isEqualTo(2);
      try (Mapping shared = cache.acquire(fd, 0, MIB)) {
        assertThat(shared.hva()).isEqualTo(fresh.hva());
      }
    }
  }

  @Test
  void a_file_of_huge_pages_is_mapped_by_whole_ones_and_registered_exactly() {
    int huge = Libc.memfdCreate(FILE_NAME + "-huge", Libc.MFD_HUGETLB);
    Libc.ftruncate(huge, 8 * MIB);
    try (Mapping odd = cache.acquire(huge, 0xc_0000, 0x20_0000)) {
      assertThat(odd.hva() % ENTRY_BYTES).isEqualTo(0xc_0000);
      AddressSpace.Range mapped = AddressSpace.at(odd.hva());
      assertThat(mapped.name()).contains(FILE_NAME + "-huge");
      assertThat(mapped.start()).isEqualTo(odd.hva() - 0xc_0000);
      assertThat(mapped.end()).isEqualTo(mapped.start() + 2 * ENTRY_BYTES);
      odd.pin();
      assertThat(registry.regions()).containsExactly(new Region(odd.hva(), 0x20_0000));
    } finally {
      Libc.close(huge);
    }
  }

  @Test
  void sessions_that_come_and_go_at_once_share_and_leave_nothing() throws Exception {
    int threads = 4;
    CyclicBarrier together = new CyclicBarrier(threads);
    Callable<Void> session =
        () -> {
          together.await();
          for (int i = 0; i < 1_000; i++) {
            try (Mapping a = cache.acquire(fd, (i & 1) * MIB, MIB);
                Mapping b = cache.acquire(fd, (i & 1) * MIB, MIB)) {
              assertThat(a.hva()).isEqualTo(b.hva());
              Mem.putInt(a.hva() + MIB - 4, i);
              a.pin();
              assertThat(registry.isRegistered(a.hva(), MIB)).isTrue();
            }
          }
          return null;
        };
    try (ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<Callable<Void>> all = Collections.nCopies(threads, session);
      for (Future<Void> done : pool.invokeAll(all)) {
        done.get();
      }
    }
  }

  /** A process has some 65,000 of the kernel's mappings, and a JVM without any more ends. */
  @Test
  void guests_leave_mappings_to_the_process() {
    MappingCache small = new MappingCache(registry, 2);
    Mapping first = small.acquire(fd, 0, MIB);
    Mapping second = small.acquire(fd, MIB, MIB);
    assertThatThrownBy(() -> small.acquire(fd, 2 * MIB, MIB))
        .hasMessage(
            "map of 0x100000 bytes besides 2 other mappings, as many as vm.max_map_count allows all"
                + " guests: Cannot allocate memory (ENOMEM)");
    small.acquire(fd, MIB, MIB).close(); // it is there already
    second.close();
    small.acquire(fd, 2 * MIB, MIB).close();
    first.close();
    assertThat(cache.maxMappings()).isGreaterThan(1000);
  }

  @Test
  void guests_leave_half_of_the_address_space_to_the_process() {
    long most = MappingCache.MAX_BYTES;
    int huge = GuestMemoryFixture.memfd(2 * most);
    try {
      assertThatThrownBy(() -> cache.acquire(huge, 0, most + 1))
          .hasMessage(
              "map of 0x400000000001 bytes besides the 0x0 of all guests, which may have"
                  + " 0x400000000000: Cannot allocate memory (ENOMEM)");
      Mapping first = cache.acquire(huge, 0, most - MIB);
      Mapping second = cache.acquire(huge, most, MIB);
      assertThatThrownBy(() -> cache.acquire(huge, 2 * MIB, MIB)).hasMessageContaining("ENOMEM");
      cache.acquire(huge, most, MIB).close(); // it is there already
      second.close();
      cache.acquire(huge, 2 * MIB, MIB).close();
      first.close();
    } finally {
      Libc.close(huge);
    }
  }
}
