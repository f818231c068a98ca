package io.vireo.daemon.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class FactsTest {
  @Test
  void sizes_are_in_the_largest_unit() {
    assertThat(NamespaceReport.size(512)).isEqualTo("512 B");
    assertThat(NamespaceReport.size(64L << 20)).isEqualTo("64 MiB");
    assertThat(NamespaceReport.size(1_920_383_410_176L)).isEqualTo("1.7 TiB");
    assertThat(NamespaceReport.size(Long.MAX_VALUE)).isEqualTo("8 EiB");
  }

  @Test
  void facts_are_a_line_each() {
    Map<String, Object> facts = new LinkedHashMap<>();
    facts.put("max_namespace_id", 4L);
    facts.put("quirks", List.of());
    facts.put("warning_temperature_celsius", null);
    facts.put("health", Map.of("used_percent", 3));
    facts.put("formats", List.of("512 bytes", "4096 bytes"));
    StringWriter text = new StringWriter();
    Facts.print(new PrintWriter(text, true), facts);
    assertThat(text.toString().lines())
        .containsExactly(
            "max namespace id                4",
            "health",
            "  used percent                  3",
            "formats                         512 bytes",
            "formats                         4096 bytes");
  }
}
