package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.reactor.CpuMask;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the line says with which a target begins, on made-up machines. */
class MachineFactsTest {
  @TempDir Path root;
  private MachineFacts facts;

  @BeforeEach
  void look() {
    facts = new MachineFacts(root);
  }

  private void write(String file, String text) throws IOException {
    Path path = root.resolve(file);
    Files.createDirectories(path.getParent());
    Files.writeString(path, text);
  }

  private void node(int node, int... cpus) throws IOException {
    write("sys/devices/system/node/node" + node + "/distance", "10\n");
    for (int cpu : cpus) {
      Files.createDirectories(
          root.resolve("sys/devices/system/cpu/cpu%d/node%d".formatted(cpu, node)));
    }
  }

  private void pool(String directory, int total, int free) throws IOException {
    String pool = directory + "/hugepages/hugepages-2048kB/";
    write(pool + "nr_hugepages", total + "\n");
    write(pool + "free_hugepages", free + "\n");
  }

  @Test
  void nodes_are_told_where_there_are_several() throws IOException {
    node(0, 0, 1);
    assertThat(facts.nodes(CpuMask.parse("0x3"))).isEmpty();
    node(1, 2, 3);
    assertThat(facts.nodes(CpuMask.parse("0x3"))).isEqualTo(" of NUMA node 0");
    assertThat(facts.nodes(CpuMask.parse("[3,1]"))).isEqualTo(" of NUMA nodes 0, 1");
    assertThat(facts.nodes(CpuMask.parse("[77]"))).isEmpty();
  }

  @Test
  void what_drives_need_is_told_where_they_can_be_driven() throws IOException {
    pool("sys/kernel/mm", 64, 60);
    assertThat(facts.drives()).isEmpty();
    write("dev/vfio/vfio", "");
    assertThat(facts.drives())
        .isEqualTo(", VFIO without an IOMMU, 60 of 64 huge pages of 2 MiB free");
    write("sys/kernel/iommu_groups/7/type", "DMA\n");
    pool("sys/devices/system/node/node0", 0, 0);
    assertThat(facts.drives()).isEqualTo(", VFIO with an IOMMU, no huge pages");
    pool("sys/devices/system/node/node1", 8, 8);
    assertThat(facts.drives())
        .isEqualTo(", VFIO with an IOMMU, 8 of 8 huge pages of 2 MiB free on node 1");
  }
}
