package io.vireo.bdev.malloc;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.ModuleCalls;
import io.vireo.bdev.nulldev.NullCreate;
import io.vireo.linux.Errno;
import io.vireo.linux.Numa;
import io.vireo.memreg.HostMemory;
import io.vireo.memreg.HostMemory.HugePages;
import java.io.IOException;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MallocModuleTest {
  private final ModuleCalls calls = new ModuleCalls();

  private static MallocCreate parameters(String name, int blockBytes, long blocks) {
    return numa(name, blockBytes, blocks, -1);
  }

  private static MallocCreate numa(String name, int blockBytes, long blocks, int node) {
    return new MallocCreate(name, blockBytes, blocks, null, 0, 0, false, 0, false, 0, 0, node);
  }

  private Object create(MallocCreate parameters) {
    return calls.call("bdev_malloc_create", parameters);
  }

  @AfterEach
  void clear() {
    calls.clear();
  }

  @Test
  void without_a_name_the_first_free_number_is_taken() {
    assertThat(create(parameters(null, 512, 8))).isEqualTo("Malloc0");
    assertThat(create(parameters("", 512, 8))).isEqualTo("Malloc1");
    assertThat(create(parameters("Malloc2", 512, 8))).isEqualTo("Malloc2");
    calls.call("bdev_malloc_delete", new MallocDelete("Malloc1"));
    assertThat(create(parameters(null, 512, 8))).isEqualTo("Malloc1");
    assertThat(create(parameters(null, 512, 8))).isEqualTo("Malloc3");
  }

  @Test
  void a_name_that_cannot_be_leaves_no_memory_behind() throws IOException {
    long before = ProcessMemory.mappedBytes();
    calls
        .refusal("bdev_malloc_create", parameters("Lost\n", 512, 1 << 21))
        .hasMessage("bdev name 'Lost\\n' has characters that cannot be printed");
    assertThat(ProcessMemory.mappedBytes() - before).isLessThan(1 << 29);
    assertThat(calls.bdevs.all()).isEmpty();
  }

  @Test
  void creates_with_all_sizes_and_saves_them() {
    MallocCreate all =
        new MallocCreate(
            "M",
            512,
            8,
            UUID.fromString("2b6601ba-eada-44fb-9a83-a20eb9eb9e90"),
            16,
            0,
            false,
            0,
            false,
            4096,
            0,
            -1);
    create(all);
    assertThat(calls.bdevs.require("M").geometry())
        .isEqualTo(new BdevGeometry(512, 4096, 16, 0, 0, 0, 0, 0));
    assertThat(calls.configuration())
        .singleElement()
        .isEqualTo(new ConfigEntry("bdev_malloc_create", all, "M"));
  }

  @Test
  void what_does_not_fit_is_refused_with_what_there_is() {
    MemInfo memory = MemInfo.read();
    long blocks = (memory.totalBytes() + memory.freeHugeBytes()) / 512 + 1;
    calls
        .refusal("bdev_malloc_create", parameters("Huge", 512, blocks))
        .isInstanceOfSatisfying(
            BdevException.class, e -> assertThat(e.errno()).isEqualTo(Errno.ENOMEM))
        .hasMessageMatching(
            "a disk of "
                + blocks * 512
                + " bytes does not fit: \\d+ bytes of memory are available");
    calls
        .refusal("bdev_malloc_create", parameters("Huge", 512, Long.MAX_VALUE / 512))
        .hasMessageContaining("does not fit");
    assertThat(calls.bdevs.all()).isEmpty();
  }

  @Test
  void what_cannot_be_is_refused() {
    calls
        .refusal("bdev_malloc_create", parameters("M", 513, 8))
        .hasMessage("block size 513 is not a power of two of at least 512");
    calls
        .refusal("bdev_malloc_create", parameters("M", 512, -1))
        .hasMessage("number of blocks -1 is not positive");
    calls
        .refusal("bdev_malloc_create", parameters("M", 1 << 30, 1L << 40))
        .hasMessageContaining("are more than 9223372036854775807 bytes");
    calls
        .refusal("bdev_malloc_create", numa("M", 512, 8, 1024))
        .hasMessage("numa_id 1024 is neither a node from 0 to 1023 nor -1 for any");
    calls
        .refusal("bdev_malloc_create", numa("M", 512, 8, -2))
        .hasMessage("numa_id -2 is neither a node from 0 to 1023 nor -1 for any");
    assertThat(calls.bdevs.all()).isEmpty();
  }

  @Test
  void a_node_is_a_wish_that_is_saved_also_on_a_machine_that_has_no_such_node() {
    for (int node : new int[] {0, 1, 1023}) {
      create(numa("M" + node, 512, 8, node));
    }
    assertThat(calls.configuration())
        .extracting(entry -> ((MallocCreate) entry.parameters()).numa_id())
        .containsExactly(0, 1, 1023);
  }

  /** Where the kernel lets it. */
  @Test
  void the_memory_of_a_disk_prefers_its_node() throws IOException {
    long before = ProcessMemory.preferringNode0();
    create(numa("anywhere", 512, 8, -1));
    assertThat(ProcessMemory.preferringNode0()).isEqualTo(before);
    create(numa("M", 512, 8, 0));
    assertThat(ProcessMemory.preferringNode0() - before).isEqualTo(mayPrefer() ? 1 : 0);
  }

  private static boolean mayPrefer() {
    try (HostMemory trial = HostMemory.allocate(1, "trial", HugePages.NEVER)) {
      return Numa.prefer(trial.address(), trial.bytes(), 0);
    }
  }

  @Test
  void a_refused_or_deleted_disk_leaves_no_memory() throws IOException {
    long gib = 1 << 30;
    long before = ProcessMemory.mappedBytes();
    create(parameters("M", 512, gib / 512));
    assertThat(ProcessMemory.mappedBytes() - before).isGreaterThan(gib - gib / 4);
    calls
        .refusal("bdev_malloc_create", parameters("M", 512, gib / 512))
        .hasMessage("bdev M exists already");
    assertThat(ProcessMemory.mappedBytes() - before).isLessThan(gib + gib / 4);
    calls.call("bdev_malloc_delete", new MallocDelete("M"));
    assertThat(ProcessMemory.mappedBytes() - before).isLessThan(gib / 4);
  }

  @Test
  void only_disks_of_this_module_are_deleted() {
    calls.call("bdev_null_create", new NullCreate("N", 512, 8));
    calls
        .refusal("bdev_malloc_delete", new MallocDelete("N"))
        .hasMessage("bdev N is of another module: Null disk");
    calls.refusal("bdev_malloc_delete", new MallocDelete("M")).hasMessage("there is no bdev M");
    assertThat(calls.bdevs.find("N")).isPresent();
  }

  @Test
  void room_is_what_is_available_now_and_has_not_been_promised() {
    MemInfo memory =
        MemInfo.parse(
            List.of(
                "MemTotal:       1000 kB",
                "MemFree:        10 kB",
                "MemAvailable:   600 kB",
                "HugePages_Free:   2",
                "Hugepagesize:     2048 kB"));
    assertThat(memory).isEqualTo(new MemInfo(1000 << 10, 600 << 10, 4096 << 10));
    memory.requireRoom(4096 << 10, 1 << 30); // in huge pages
    MemInfo ordinary = new MemInfo(1000, 600, 0);
    ordinary.requireRoom(600, 400);
    assertThat(refuses(ordinary, 601, 0)).isTrue();
    assertThat(refuses(ordinary, 600, 401)).isTrue();
    assertThat(refuses(ordinary, 1, 1000)).isTrue();
  }

  private static boolean refuses(MemInfo memory, long bytes, long others) {
    try {
      memory.requireRoom(bytes, others);
      return false;
    } catch (BdevException e) {
      return true;
    }
  }
}
