package io.vireo.daemon.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.NoParameters;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In which order bdevs come back. */
class BdevSubsystemTest {
  private static ConfigEntry entry(String method, String bdev) {
    return new ConfigEntry(method, new NoParameters(), bdev);
  }

  private static List<String> order(List<List<ConfigEntry>> modules, String... oldestFirst) {
    return BdevSubsystem.ordered(modules, List.of(oldestFirst)).stream()
        .map(ConfigEntry::method)
        .toList();
  }

  @Test
  void what_stands_on_another_comes_after_it_whatever_its_module_is() {
    List<ConfigEntry> filters = List.of(entry("passthru p", "p"), entry("passthru q", "q"));
    List<ConfigEntry> disks = List.of(entry("malloc a", "a"), entry("malloc b", "b"));
    assertThat(order(List.of(filters, disks), "a", "p", "b", "q"))
        .containsExactly("malloc a", "passthru p", "malloc b", "passthru q");
  }

  @Test
  void options_of_a_module_come_first_and_what_it_tells_last_comes_after_its_bdevs() {
    List<ConfigEntry> disks = List.of(entry("malloc a", "a"), entry("malloc b", "b"));
    List<ConfigEntry> drives =
        List.of(
            entry("options", null),
            entry("attach x", "x"),
            entry("attach empty", null),
            entry("hot plug", null));
    assertThat(order(List.of(disks, drives), "a", "x", "b"))
        .containsExactly("options", "malloc a", "attach x", "attach empty", "hot plug", "malloc b");
  }

  @Test
  void a_bdev_that_goes_meanwhile_is_among_the_last() {
    List<ConfigEntry> disks = List.of(entry("malloc gone", "gone"), entry("malloc a", "a"));
    assertThat(order(List.of(disks), "a")).containsExactly("malloc a", "malloc gone");
  }
}
