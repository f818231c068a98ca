package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Libc;
import io.vireo.linux.Mem;
import io.vireo.memreg.GuestRegion;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.FrontendRing;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.Header;
import io.vireo.vhost.message.MemoryRegion;
import io.vireo.vhost.message.MemoryTable;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.vhost.message.Request;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** SET_MEM_TABLE, ADD_MEM_REG, REM_MEM_REG. */
class MemoryTest extends ProtocolTest {
  private static final long GIB = 1L << 30;

  private GuestRegion regionOfQueue(long gpa) {
    return device.lastQueue().memory.regions().stream()
        .filter(r -> r.gpa() == gpa)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void the_guests_memory_is_seen_as_the_guest_wrote_it() {
    FrontendMemory.Region high = memory.add(GIB, MIB);
    Mem.putLong(high.hva() + 4096, 0x1234_5678);
    startRing(0, 0);
    assertThat(Mem.getLong(regionOfQueue(GIB).hva() + 4096)).isEqualTo(0x1234_5678);
    assertThat(regionOfQueue(GIB).uva()).isEqualTo(high.hva());
  }

  @Test
  void regions_may_be_added_one_by_one_at_any_page() {
    startRing(0, 0);
    // QEMU sends memory that is merely aligned to 4 KiB.
    List<FrontendMemory.Region> odd = memory.addAdjacent(0xc0000 + GIB, 0x1000, 0x5000, 0x3000);
    odd.forEach(frontend::addRegion);
    assertThat(device.lastQueue().memory.regions()).hasSize(4);
    assertThat(device.queues).hasSize(1);
    assertThat(device.lastQueue().stopping).isFalse();
    Mem.putByte(odd.get(2).hva() + 0x2fff, (byte) 9);
    long gpa = odd.get(2).gpa();
    assertThat(Mem.getByte(regionOfQueue(gpa).hva() + 0x2fff)).isEqualTo((byte) 9);
  }

  @Test
  void a_removed_region_is_unmapped_once_nothing_uses_it() {
    FrontendMemory.Region extra = memory.add(GIB, MIB);
    startRing(0, 0);
    FakeQueue queue = device.lastQueue();
    queue.take(1);
    assertThat(target.mappings.size()).isEqualTo(2);
    byte[] payload = extra.description().encodeSingle();
    frontend.raw().send(Request.REM_MEM_REG.id(), Header.VERSION | Header.NEED_REPLY, payload);
    Await.until(() -> queue.memory.regions().size() == 1, "the queue has the new table");
    assertThat(target.mappings.size()).isEqualTo(2);
    queue.finish();
    try (Message reply = frontend.receive()) {
      assertThat(reply.u64()).isZero();
    }
    assertThat(target.mappings.size()).isEqualTo(1);
    assertThat(queue.stopping).isFalse();
  }

  @Test
  void an_added_region_does_not_wait_for_what_is_in_flight() {
    startRing(0, 0);
    device.lastQueue().take(1);
    frontend.addRegion(memory.add(GIB, MIB));
    assertThat(device.lastQueue().memory.regions()).hasSize(2);
    device.lastQueue().finish();
  }

  @Test
  void a_descriptor_that_comes_with_a_removal_is_closed() {
    FrontendMemory.Region extra = memory.add(GIB, MIB);
    frontend.share(memory);
    frontend.command(Request.REM_MEM_REG, extra.description().encodeSingle(), extra.fd());
    assertThat(target.mappings.size()).isEqualTo(1);
  }

  @Test
  void the_offset_of_a_removed_region_does_not_matter() {
    FrontendMemory.Region extra = memory.add(GIB, MIB);
    frontend.share(memory);
    MemoryRegion other = new MemoryRegion(extra.gpa(), extra.bytes(), extra.hva(), 0x123_0000);
    frontend.command(Request.REM_MEM_REG, other.encodeSingle());
    assertThat(target.mappings.size()).isEqualTo(1);
  }

  @Test
  void a_region_that_is_not_there_cannot_be_removed() {
    frontend.share(memory);
    MemoryRegion there = memory.regions().getFirst().description();
    assertRefused(() -> remove(new MemoryRegion(4096, there.bytes(), there.uva(), 0)));
    assertRefused(() -> remove(new MemoryRegion(there.gpa(), 4096, there.uva(), 0)));
    assertRefused(() -> remove(new MemoryRegion(there.gpa(), there.bytes(), 4096, 0)));
    assertThat(target.mappings.size()).isEqualTo(1);
  }

  private void remove(MemoryRegion region) {
    frontend.command(Request.REM_MEM_REG, region.encodeSingle());
  }

  @Test
  void a_table_keeps_what_it_shares_with_the_one_before_mapped() {
    memory.add(GIB, MIB);
    startRing(0, 0);
    frontend.setTable(memory.regions());
    long hva = regionOfQueue(0).hva();
    memory.remove(memory.regions().getLast());
    memory.add(2 * GIB, MIB);
    device.lastQueue().take(1);
    device.lastQueue().finish();
    frontend.setTable(memory.regions());
    assertThat(regionOfQueue(0).hva()).isEqualTo(hva);
    assertThat(regionOfQueue(2 * GIB).bytes()).isEqualTo(MIB);
    assertThat(device.lastQueue().memory.regions()).hasSize(2);
    assertThat(target.mappings.size()).isEqualTo(2);
    assertThat(device.queues).hasSize(1);
  }

  @Test
  void a_table_may_be_empty_and_then_everything_is_unmapped() {
    frontend.share(memory);
    frontend.setTable(List.of());
    assertThat(target.mappings.size()).isZero();
  }

  @Test
  void overlapping_regions_are_refused_and_everything_stays_as_it_was() {
    startRing(0, 0);
    FrontendMemory.Region region = memory.regions().getFirst();
    int other = memfd();
    for (MemoryRegion overlap :
        List.of(
            new MemoryRegion(MIB, MIB, 1L << 46, 0),
            new MemoryRegion(GIB, MIB, region.hva() + 4096, 0),
            new MemoryRegion(-4096, 8192, 1L << 46, 0),
            new MemoryRegion(GIB, 0, 1L << 46, 0))) {
      assertRefused(() -> frontend.command(Request.ADD_MEM_REG, overlap.encodeSingle(), other));
      byte[] table = new MemoryTable(List.of(region.description(), overlap)).encode();
      assertRefused(() -> frontend.command(Request.SET_MEM_TABLE, table, region.fd(), other));
    }
    Libc.close(other);
    assertThat(target.mappings.size()).isEqualTo(1);
    assertThat(device.lastQueue().memory.regions()).hasSize(1);
  }

  @Test
  void a_region_beyond_the_end_of_its_file_is_refused() {
    int fd = memfd();
    assertRefused(() -> add(new MemoryRegion(GIB, MIB, 1L << 46, 4096), fd));
    assertRefused(() -> add(new MemoryRegion(GIB, MIB, 1L << 46, -4096), fd));
    assertRefused(() -> add(new MemoryRegion(GIB, Long.MAX_VALUE, 1L << 46, 0), fd));
    Libc.close(fd);
    assertThat(target.mappings.size()).isZero();
  }

  private void add(MemoryRegion region, int fd) {
    frontend.command(Request.ADD_MEM_REG, region.encodeSingle(), fd);
  }

  @Test
  void as_many_descriptors_as_regions_must_come() {
    MemoryRegion region = memory.regions().getFirst().description();
    int fd = memory.regions().getFirst().fd();
    byte[] table = new MemoryTable(List.of(region)).encode();
    assertRefused(() -> frontend.command(Request.SET_MEM_TABLE, table));
    assertRefused(() -> frontend.command(Request.SET_MEM_TABLE, table, fd, fd));
    assertRefused(() -> frontend.command(Request.ADD_MEM_REG, region.encodeSingle()));
    int[] ten = new int[10];
    Arrays.fill(ten, fd);
    assertRefused(() -> frontend.command(Request.SET_MEM_TABLE, table, ten));
    assertThat(target.mappings.size()).isZero();
  }

  @Test
  void a_queue_that_is_refused_when_its_memory_comes_keeps_nothing_of_the_memory_before() {
    FrontendRing ring = newRing(0);
    try (FrontendMemory other = FrontendMemory.of("vireo-test-other", MIB)) {
      frontend.setTable(other.regions());
      frontend.setTable(List.of());
      frontend.start(ring, 0);
      frontend.setTable(other.regions());
      device.refusesQueues = true;
      assertRefused(() -> frontend.setTable(memory.regions()));
      assertThat(target.mappings.size()).isEqualTo(1);
      device.refusesQueues = false;
      frontend.setTable(memory.regions());
      assertThat(device.queues).hasSize(1);
      assertThat(target.mappings.size()).isEqualTo(1);
    }
    ring.close();
  }

  @Test
  void tables_do_not_pile_up_under_a_request_that_takes_its_time() {
    startRing(0, 0);
    FakeQueue queue = device.lastQueue();
    queue.take(1);
    for (int i = 1; i < Vring.MAX_OLDER_TABLES; i++) {
      frontend.setTable(memory.regions());
    }
    byte[] table = new MemoryTable(List.of(memory.regions().getFirst().description())).encode();
    int fd = memory.regions().getFirst().fd();
    int needReply = Header.VERSION | Header.NEED_REPLY;
    frontend.raw().send(Request.SET_MEM_TABLE.id(), needReply, table, fd);
    assertThat(Libc.poll(new int[] {frontend.raw().fd()}, new int[] {Libc.POLLIN}, 200)).isZero();
    queue.finish();
    try (Message reply = frontend.receive()) {
      assertThat(reply.u64()).isZero();
    }
  }

  @Test
  void the_connections_of_a_controller_cannot_map_more_than_two_tables() {
    FrontendMemory many = new FrontendMemory("vireo-test-slots");
    long[] sizes = new long[SessionMemory.MAX_SLOTS];
    Arrays.fill(sizes, 4096);
    List<FrontendMemory.Region> regions = many.addAdjacent(GIB, sizes);
    regions.forEach(frontend::addRegion);
    try (VhostUserFrontend second = target.connect("disk");
        VhostUserFrontend third = target.connect("disk")) {
      second.negotiate(FakeDevice.FEATURES, ProtocolFeatures.OFFERED);
      third.negotiate(FakeDevice.FEATURES, ProtocolFeatures.OFFERED);
      regions.forEach(second::addRegion);
      int left = MemoryQuota.REGIONS - 2 * SessionMemory.MAX_SLOTS;
      regions.subList(0, left).forEach(third::addRegion);
      assertRefused(() -> third.addRegion(regions.getLast()));
      frontend.removeRegion(regions.getFirst());
      third.addRegion(regions.getLast());
      assertRefused(() -> frontend.addRegion(regions.getFirst()));
    }
    Await.until(
        () -> target.server.find("disk").orElseThrow().sessions().size() == 1, "they have left");
    frontend.addRegion(regions.getFirst());
    many.close();
  }

  @Test
  void all_509_slots_can_be_used_and_no_more() {
    FrontendMemory many = new FrontendMemory("vireo-test-slots");
    long[] sizes = new long[SessionMemory.MAX_SLOTS + 1];
    Arrays.fill(sizes, 4096);
    List<FrontendMemory.Region> regions = many.addAdjacent(GIB, sizes);
    for (FrontendMemory.Region region : regions.subList(0, SessionMemory.MAX_SLOTS)) {
      frontend.addRegion(region);
    }
    assertRefused(() -> frontend.addRegion(regions.getLast()));
    frontend.removeRegion(regions.getFirst());
    frontend.addRegion(regions.getLast());
    assertThat(target.mappings.size()).isEqualTo(SessionMemory.MAX_SLOTS);
    many.close();
  }

  @Test
  void a_front_end_cannot_map_more_of_the_address_space_than_its_part() {
    FrontendMemory huge = new FrontendMemory("vireo-test-huge");
    long half = MemoryQuota.BYTES / 2;
    List<FrontendMemory.Region> regions = huge.addAdjacent(GIB, half, half + GIB, half);
    frontend.addRegion(regions.get(0));
    assertRefused(() -> frontend.addRegion(regions.get(1))); // besides what it has already
    frontend.removeRegion(regions.get(0));
    frontend.addRegion(regions.get(1));
    assertRefused(() -> frontend.addRegion(regions.get(2)));
    huge.close();
  }
}
