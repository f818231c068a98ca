package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CpuFactsTest {
  @TempDir Path root;
  private CpuFacts facts;

  @BeforeEach
  void look() {
    facts = new CpuFacts(root);
  }

  private Path directory(String path) throws IOException {
    return Files.createDirectories(root.resolve("sys/devices/system").resolve(path));
  }

  @Test
  void a_cpu_belongs_to_the_node_that_it_links_to() throws IOException {
    directory("node/node0");
    directory("node/node12");
    directory("node/power");
    directory("cpu/cpu3/node12");
    directory("cpu/cpu3/power");
    assertThat(facts.node(3)).hasValue(12);
    assertThat(facts.nodes()).isEqualTo(2);
  }

  @Test
  void the_frequency_is_told_where_the_kernel_sets_it() throws IOException {
    Path current = directory("cpu/cpu1/cpufreq").resolve("scaling_cur_freq");
    Files.writeString(current, "2294608\n");
    assertThat(facts.frequencyKhz(1)).hasValue(2_294_608);
    Files.writeString(current, "<unknown>\n");
    assertThat(facts.frequencyKhz(1)).isEmpty();
  }

  @Test
  void nothing_is_known_where_nothing_is_told() {
    assertThat(facts.node(0)).isEmpty();
    assertThat(facts.nodes()).isEqualTo(1);
    assertThat(facts.frequencyKhz(0)).isEmpty();
  }
}
