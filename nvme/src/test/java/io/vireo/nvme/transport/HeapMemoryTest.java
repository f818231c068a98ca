package io.vireo.nvme.transport;

import static io.vireo.linux.Numa.ANY_NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.memreg.DmaHeap;
import io.vireo.memreg.IommuMapping;
import io.vireo.memreg.MemoryMap;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.memreg.RecordingMapper;
import org.junit.jupiter.api.Test;

class HeapMemoryTest {
  private final MemoryRegistry registry = new MemoryRegistry();

  @Test
  void a_queue_made_of_heap_memory_lies_where_the_device_reaches_and_gives_all_back() {
    RecordingMapper iommu = new RecordingMapper(RecordingMapper.BITS_39);
    IommuMapping mapping = new IommuMapping(iommu);
    registry.subscribe(mapping);
    PageTable pages = new PageTable(mapping.iovas());
    try (DmaHeap heap = new DmaHeap(registry, DmaHeap.Options.defaults("queues"))) {
      QueueOptions options = QueueOptions.polled(1024, 1023, 1 << 17, 0);
      try (PcieQueueMemory rings =
          new PcieQueueMemory(options, 4096, new HeapMemory(heap, ANY_NODE), pages)) {
        assertThat(iommu.hva(rings.sqIova())).isEqualTo(rings.sq());
        assertThat(iommu.hva(rings.cqIova())).isEqualTo(rings.cq());
        assertThat(iommu.hva(rings.listIova(1022))).isEqualTo(rings.listHva(1022));
        assertThat(heap.statistics().allocations()).isEqualTo(3);
      }
    }
    assertThat(iommu.pieces()).isEmpty();
    registry.unsubscribe(mapping);
  }

  @Test
  void entries_that_do_not_say_unmapped_where_nothing_is_set_are_refused() {
    MemoryMap zero = new MemoryMap(0, MemoryMap.Contiguity.LINEAR);
    assertThatThrownBy(() -> new PageTable(zero)).isInstanceOf(IllegalArgumentException.class);
  }
}
