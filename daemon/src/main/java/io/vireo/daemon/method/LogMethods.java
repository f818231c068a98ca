package io.vireo.daemon.method;

import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.NoParameters;
import io.vireo.bdev.module.Phase;
import io.vireo.daemon.log.LogFlags;
import io.vireo.daemon.log.LogLevel;
import io.vireo.daemon.log.LogThreshold;
import io.vireo.daemon.log.LogTimestamps;
import io.vireo.daemon.rpc.MethodTable;
import io.vireo.daemon.rpc.RpcException;
import java.util.List;

/** What is logged: of this process, for it has one log. */
public final class LogMethods {
  private LogMethods() {}

  record Level(String level) {}

  record Flag(String flag) {}

  record Timestamps(boolean enabled) {}

  /** The field answers all refusals of these methods with one code. */
  public static List<Method<?>> all(LogFlags flags) {
    return List.of(
        new Method<>("log_get_flags", NoParameters.class, Phase.ANY, p -> flags.all()),
        flag("log_set_flag", flags, true),
        flag("log_clear_flag", flags, false),
        get("log_get_level", LogThreshold.WRITTEN),
        set("log_set_level", LogThreshold.WRITTEN),
        get("log_get_print_level", LogThreshold.PRINTED),
        set("log_set_print_level", LogThreshold.PRINTED),
        new Method<>(
            "log_enable_timestamps", Timestamps.class, Phase.RUNTIME, LogMethods::timestamps));
  }

  private static Method<?> flag(String name, LogFlags flags, boolean on) {
    return MethodTable.withCode(
        RpcException.INVALID_PARAMS,
        new Method<>(
            name,
            Flag.class,
            Phase.ANY,
            p -> {
              flags.set(p.flag, on);
              return true;
            }));
  }

  private static boolean timestamps(Timestamps p) {
    LogTimestamps.PRINTED.wanted(p.enabled);
    return true;
  }

  private static Method<?> get(String name, LogThreshold threshold) {
    return new Method<>(name, NoParameters.class, Phase.ANY, p -> threshold.level().name());
  }

  private static Method<?> set(String name, LogThreshold threshold) {
    return MethodTable.withCode(
        RpcException.INVALID_PARAMS,
        new Method<>(
            name,
            Level.class,
            Phase.ANY,
            p -> {
              threshold.level(LogLevel.of(p.level));
              return true;
            }));
  }
}
