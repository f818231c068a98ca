package io.vireo.daemon.method;

import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.NoParameters;
import io.vireo.bdev.module.Optional;
import io.vireo.bdev.module.Phase;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What the target tells about itself. */
public final class FrameworkMethods {
  private FrameworkMethods() {}

  /**
   * @param reset_longest_lap begins anew to look for it, after the answer was made
   */
  record GetReactors(@Optional boolean reset_longest_lap) {}

  public static List<Method<?>> all(ReactorGroup reactors) {
    return List.of(
        new Method<>(
            "spdk_get_version", NoParameters.class, Phase.ANY, p -> version(Version.current())),
        new Method<>("framework_get_reactors", GetReactors.class, p -> reactors(reactors, p)));
  }

  private static Map<String, Object> reactors(ReactorGroup group, GetReactors p) {
    Map<String, Object> result = new LinkedHashMap<>();
    result.put("tick_rate", ReactorReport.TICKS_PER_SECOND);
    result.put("pid", ProcessHandle.current().pid());
    result.put("reactors", ReactorReport.all(group.reactors()));
    if (p.reset_longest_lap) {
      group.reactors().forEach(Reactor::resetLongestLap);
    }
    return result;
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
