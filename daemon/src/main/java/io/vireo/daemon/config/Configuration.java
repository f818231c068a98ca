package io.vireo.daemon.config;

import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.NoParameters;
import io.vireo.bdev.module.Optional;
import io.vireo.daemon.rpc.JsonText;
import io.vireo.daemon.rpc.Listing;
import io.vireo.daemon.rpc.Parameters;
import io.vireo.daemon.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a running target would be made of again. Any control thread. */
public final class Configuration {
  private final List<Subsystem> subsystems;

  /**
   * @param subsystems each after those that it depends on
   */
  public Configuration(List<Subsystem> subsystems) {
    this.subsystems = List.copyOf(subsystems);
  }

  /** The methods by which clients read it. */
  public List<Method<?>> methods() {
    return List.of(
        new Method<>("framework_get_subsystems", NoParameters.class, p -> list()),
        new Method<>("framework_get_config", GetConfig.class, p -> entries(require(p.name))));
  }

  /**
   * @param with_batches whether batches stay batches; there are none in what is told
   */
  record GetConfig(String name, @Optional boolean with_batches) {}

  private List<Map<String, Object>> list() {
    return subsystems.stream().map(Configuration::described).toList();
  }

  private static Map<String, Object> described(Subsystem subsystem) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("subsystem", subsystem.name());
    map.put("depends_on", subsystem.dependsOn());
    return map;
  }

  private Subsystem require(String name) {
    return subsystems.stream()
        .filter(subsystem -> subsystem.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new RpcException(
                    RpcException.INVALID_PARAMS,
                    "Subsystem '%s' not found: there are %s"
                        .formatted(
                            name,
                            String.join(", ", subsystems.stream().map(Subsystem::name).toList()))));
  }

  /** All of it, as a file holds it. */
  public byte[] text() {
    return text(subsystems.stream().map(Configuration::whole).toList());
  }

  /** A file of these subsystems. */
  static byte[] text(List<?> subsystems) {
    String json = JsonText.pretty(Map.of("subsystems", subsystems));
    return (json + '\n').getBytes(StandardCharsets.UTF_8);
  }

  private static Map<String, Object> whole(Subsystem subsystem) {
    return whole(subsystem.name(), entries(subsystem));
  }

  /** A subsystem as a file holds it. */
  static Map<String, Object> whole(String name, Object entries) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("subsystem", name);
    map.put("config", entries);
    return map;
  }

  private static List<Map<String, Object>> entries(Subsystem subsystem) {
    return Listing.of(subsystem.entries().get(), Configuration::call);
  }

  private static Map<String, Object> call(ConfigEntry entry) {
    Map<String, Object> map = new LinkedHashMap<>();
    map.put("method", entry.method());
    Map<String, Object> params = Parameters.of(entry.parameters());
    if (!params.isEmpty()) {
      map.put("params", params);
    }
    return map;
  }
}
