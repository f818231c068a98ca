package io.vireo.nvme;

import static io.vireo.linux.Numa.ANY_NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Mem;
import io.vireo.linux.vfio.IovaRange;
import io.vireo.memreg.DmaHeap;
import io.vireo.memreg.DmaPool;
import io.vireo.memreg.GuestMemoryFixture;
import io.vireo.memreg.IommuMapping;
import io.vireo.memreg.Mapping;
import io.vireo.memreg.MappingCache;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.memreg.RecordingMapper;
import io.vireo.nvme.model.ControllerModel;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.HeapMemory;
import io.vireo.nvme.transport.PageTable;
import io.vireo.nvme.transport.PcieTransport;
import io.vireo.nvme.transport.TransportQueue;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * A guest's memory, a registry, an IOMMU that faults where nothing is mapped, and a controller
 * behind it: data go to where the guest has them as long as that is pinned, and by bounce buffers
 * else.
 */
class GuestDataTest {
  private static final int MIB = 1 << 20;
  private static final int BUFFERS = 8;
  private static final int COPY_BYTES = 256 << 10;
  private static final int BUFFER_BYTES = 16 << 10;

  private final MemoryRegistry registry = new MemoryRegistry();
  private final MappingCache guests = new MappingCache(registry);
  private final int file = GuestMemoryFixture.memfd(8 * MIB);
  private RecordingMapper iommu;
  private DmaHeap heap;
  private DmaPool pool;
  private PooledBuffers buffers;
  private ControllerModel model;
  private NvmeController controller;
  private IoQueuePair pair;
  private NamespaceQueue disk;
  private int ends;

  /** Steps the model with each wait. */
  private final class Clock implements PollClock {
    private long nowNs;

    @Override
    public long nanoTime() {
      return nowNs;
    }

    @Override
    public void pause() {
      nowNs += 1_000_000;
      model.step();
    }
  }

  @BeforeEach
  void attach() {
    attach(RecordingMapper.BITS_39);
  }

  private void attach(List<IovaRange> ranges) {
    iommu = new RecordingMapper(ranges);
    IommuMapping mapping = new IommuMapping(iommu);
    registry.subscribe(mapping);
    heap = new DmaHeap(registry, DmaHeap.Options.defaults("nvme-test"));
    pool = new DmaPool(heap, new DmaPool.Options("bounce", BUFFER_BYTES, 4096, BUFFERS, ANY_NODE));
    buffers = new PooledBuffers(pool, 2);
    model = new ControllerModel(ModelOptions.DEFAULT, iommu::hva);
    HeapMemory memory = new HeapMemory(heap, ANY_NODE);
    PageTable pages = new PageTable(mapping.iovas());
    PcieTransport transport = new PcieTransport(model.bar(), model.barBytes(), pages, memory);
    controller = NvmeController.attach(transport, memory, new Clock(), ControllerOptions.DEFAULT);
    pair = controller.openQueuePair(64, 63, buffers);
    disk = controller.open(pair, controller.namespaces().getFirst());
  }

  /** Nothing may be left of anything. */
  @AfterEach
  void detach() {
    controller.close(pair);
    controller.close();
    buffers.close();
    pool.close();
    heap.close();
    assertThat(registry.regions()).isEmpty();
    assertThat(iommu.pieces()).isEmpty();
    model.close();
  }

  private NvmeIo io(long hva, int bytes) {
    NvmeIo io =
        new NvmeIo(
            (ended, status) -> {
              ends++;
            },
            8);
    io.addData(hva, bytes);
    return io;
  }

  private int run(NvmeIo io) {
    int before = ends;
    pair.ring();
    for (int i = 0; ends == before && i < 10_000; i++) {
      model.step();
      pair.poll(16);
    }
    assertThat(ends).isEqualTo(before + 1);
    return io.status();
  }

  private void writeAndRead(long hva, int bytes, long lba) {
    int blocks = bytes / disk.namespace().blockBytes();
    byte[] written = new byte[bytes];
    new Random(lba).nextBytes(written);
    Mem.copy(written, 0, hva, bytes);
    NvmeIo io = io(hva, bytes);
    assertThat(disk.write(io, lba, blocks, 0)).isEqualTo(TransportQueue.SUBMITTED);
    assertThat(run(io)).isZero();
    Mem.fill(hva, bytes, (byte) 0);
    assertThat(disk.read(io, lba, blocks)).isEqualTo(TransportQueue.SUBMITTED);
    assertThat(run(io)).isZero();
    byte[] read = new byte[bytes];
    Mem.copy(hva, read, 0, bytes);
    assertThat(read).isEqualTo(written);
  }

  @Test
  void data_in_pinned_memory_are_not_copied() {
    try (Mapping guest = guests.acquire(file, 0, 8 * MIB)) {
      guest.pin();
      writeAndRead(guest.hva() + 4096, 128 << 10, 0);
      writeAndRead(guest.hva() + 8 * MIB - 65536, 65536, 64); // to the last byte
      assertThat(pair.counters().bouncedBytes()).isZero();
    }
  }

  @Test
  void data_in_memory_that_is_not_pinned_are_copied_and_no_buffer_is_lost() {
    try (Mapping guest = guests.acquire(file, 0, 8 * MIB)) {
      writeAndRead(guest.hva() + 4096, COPY_BYTES, 0); // more than all buffers
      assertThat(pair.counters().bouncedBytes()).isEqualTo(2L * COPY_BYTES);
      assertThat(pool.statistics().free()).isEqualTo(BUFFERS);
      guest.pin();
      writeAndRead(guest.hva() + 4096, 64 << 10, 0);
      assertThat(pair.counters().bouncedBytes()).isEqualTo(2L * COPY_BYTES);
      guest.unpin();
      writeAndRead(guest.hva() + 4096, 64 << 10, 0);
      assertThat(pair.counters().bouncedBytes()).isGreaterThan(2L * COPY_BYTES);
    }
  }

  /** A guest may name bytes behind its region only to {@code GuestMemory}, which refuses them. */
  @Test
  void what_a_region_does_not_have_is_a_fault_and_nobodys_data() {
    try (Mapping small = guests.acquire(file, 0, 4096);
        Mapping neighbour = guests.acquire(file, 2 * MIB, 4096)) {
      small.pin();
      neighbour.pin();
      NvmeIo io = io(small.hva() + 4096, 4096);
      assertThat(disk.read(io, 0, 4096 / disk.namespace().blockBytes()))
          .isEqualTo(TransportQueue.SUBMITTED);
      assertThat(run(io) & 0x7ff).isEqualTo(NvmeStatus.DATA_TRANSFER_ERROR);
    }
  }

  @Test
  void buffers_of_failed_requests_come_back() {
    try (Mapping guest = guests.acquire(file, 0, 8 * MIB)) {
      NvmeIo io = io(guest.hva(), 64 << 10);
      int blocks = (64 << 10) / disk.namespace().blockBytes();
      assertThat(disk.write(io, 0, blocks, 0)).isEqualTo(TransportQueue.SUBMITTED);
      pair.ring();
      controller.disable();
      pair.suspend();
      assertThat(pool.statistics().free()).isLessThan(BUFFERS);
      pair.fail(NvmeStatus.ABORTED_BY_HOST);
      assertThat(ends).isEqualTo(1);
      assertThat(pool.statistics().free()).isEqualTo(BUFFERS);
      controller.enable();
      controller.reopen(pair);
      pair.resume();
      writeAndRead(guest.hva(), 64 << 10, 0);
    }
  }

  @Test
  void elements_that_are_no_bounce_buffers_are_refused() {
    try (DmaPool odd = new DmaPool(heap, new DmaPool.Options("odd", 4096, 64, 4, ANY_NODE))) {
      assertThatThrownBy(() -> new PooledBuffers(odd, 1))
          .hasMessage(
              "elements of 4096 bytes, aligned to 64, are no bounce buffers: both must be 4096 at"
                  + " least");
    }
  }
}
