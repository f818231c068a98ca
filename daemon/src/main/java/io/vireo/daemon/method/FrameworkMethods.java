package io.vireo.daemon.method;

import io.vireo.bdev.module.Method;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the target tells about itself. */
public final class FrameworkMethods {
  private FrameworkMethods() {}

  record GetVersion() {}

  public static List<Method<?>> all() {
    return List.of(
        new Method<>("spdk_get_version", GetVersion.class, p -> version(Version.current())));
  }

  /** The text says whose version it is; the fields are numbers that tools may compare. */
  static Map<String, Object> version(Version version) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("major", version.major());
    fields.put("minor", version.minor());
    fields.put("patch", version.patch());
    fields.put("suffix", version.suffix());
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("version", "Vireo v" + version);
    result.put("fields", fields);
    return result;
  }
}
