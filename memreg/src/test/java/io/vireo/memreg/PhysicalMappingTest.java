package io.vireo.memreg;

import static io.vireo.memreg.MemoryMap.ENTRY_BYTES;
import static io.vireo.memreg.PhysicalMapping.UNMAPPED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vireo.linux.pci.PhysicalMemory;
import io.vireo.memreg.HostMemory.HugePages;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PhysicalMappingTest {
  private static final long BASE = 0x7f12_4000_0000L;
  private static final long PHYSICAL = 0x4_0000_0000L;

  private final MemoryRegistry registry = new MemoryRegistry();
  private long ordinary = -1; // what is no huge page
  private final PhysicalMapping mapping =
      new PhysicalMapping(hva -> hva == ordinary ? UNMAPPED : PHYSICAL + (hva - BASE));

  @Test
  void only_huge_pages_have_addresses() {
    ordinary = BASE + ENTRY_BYTES;
    registry.register(BASE, 3 * ENTRY_BYTES);
    registry.subscribe(mapping);
    assertThat(mapping.addresses().translate(BASE + 5)).isEqualTo(PHYSICAL + 5);
    assertThat(mapping.addresses().translate(BASE + ENTRY_BYTES)).isEqualTo(UNMAPPED);
    assertThat(mapping.addresses().translate(BASE + 3 * ENTRY_BYTES - 1))
        .isEqualTo(PHYSICAL + 3 * ENTRY_BYTES - 1);
    assertThat(mapping.addresses().run(BASE, 3 * ENTRY_BYTES)).isEqualTo(ENTRY_BYTES);
    registry.unregister(BASE, 3 * ENTRY_BYTES);
    assertThat(mapping.addresses().run(BASE, 3 * ENTRY_BYTES)).isEqualTo(3 * ENTRY_BYTES);
    assertThat(mapping.addresses().translate(BASE)).isEqualTo(UNMAPPED);
  }

  /** Else all of a guest's memory would be brought in to learn that none of it is huge. */
  @Test
  void a_region_whose_first_page_is_ordinary_is_not_asked_about_further() {
    AtomicInteger asked = new AtomicInteger();
    registry.subscribe(
        new PhysicalMapping(
            hva -> {
              asked.incrementAndGet();
              return UNMAPPED;
            }));
    registry.register(BASE, 1000 * ENTRY_BYTES);
    assertThat(asked.get()).isEqualTo(1);
  }

  /** Root sees addresses; others see zeroes and are told so, but for ordinary memory. */
  @ParameterizedTest
  @EnumSource(names = "REQUIRE", mode = EnumSource.Mode.EXCLUDE)
  void memory_of_this_process_has_addresses_if_it_is_huge(HugePages mode) {
    assumeTrue(Files.isReadable(Path.of("/proc/kpageflags")), "only root may know");
    try (PhysicalMemory physical = PhysicalMemory.open(Path.of("/"));
        HostMemory memory = HostMemory.allocate(2 * ENTRY_BYTES, "physical", mode)) {
      PhysicalMapping own = new PhysicalMapping(physical);
      registry.subscribe(own);
      registry.register(memory.address(), memory.bytes());
      long last = memory.address() + memory.bytes() - 1;
      assertThat(own.addresses().translate(last) != UNMAPPED).isEqualTo(memory.hugePages());
      registry.unsubscribe(own);
    }
  }

  /** No IOMMU keeps the device from what else lies in the page. */
  @Test
  void entries_that_a_region_does_not_fill_are_left_out() {
    registry.subscribe(mapping);
    registry.register(BASE + 4096, 2 * ENTRY_BYTES);
    assertThat(mapping.addresses().translate(BASE + 4096)).isEqualTo(UNMAPPED);
    assertThat(mapping.addresses().translate(BASE + ENTRY_BYTES)).isEqualTo(PHYSICAL + ENTRY_BYTES);
    assertThat(mapping.addresses().translate(BASE + 2 * ENTRY_BYTES)).isEqualTo(UNMAPPED);
    registry.register(BASE + 8 * ENTRY_BYTES + 4096, ENTRY_BYTES - 4096);
    assertThat(mapping.addresses().translate(BASE + 9 * ENTRY_BYTES - 1)).isEqualTo(UNMAPPED);
    registry.unsubscribe(mapping);
    assertThat(mapping.addresses().translate(BASE + ENTRY_BYTES)).isEqualTo(UNMAPPED);
  }

  @Test
  void an_address_that_no_huge_page_can_have_refuses_the_region() {
    PhysicalMapping odd =
        new PhysicalMapping(hva -> hva == BASE ? PHYSICAL : PHYSICAL + ENTRY_BYTES + 4096);
    registry.subscribe(odd);
    assertThatThrownBy(() -> registry.register(BASE, 2 * ENTRY_BYTES))
        .hasMessage(
            "huge page at 0x%x has the physical address 0x%x, no multiple of 2 MiB",
            BASE + ENTRY_BYTES, PHYSICAL + ENTRY_BYTES + 4096);
    assertThat(odd.addresses().translate(BASE)).isEqualTo(UNMAPPED);
    assertThat(registry.regions()).isEmpty();
  }
}
