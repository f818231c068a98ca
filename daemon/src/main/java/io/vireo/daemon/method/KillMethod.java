package io.vireo.daemon.method;

import io.vireo.bdev.module.Method;
import io.vireo.daemon.rpc.MethodTable;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.linux.Signals;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Sends this process a signal, as {@code kill} would. INT, TERM and HUP end it in order; QUIT has
 * the JVM print its threads; KILL and USR1 end it at once.
 */
public final class KillMethod {
  /** For the answer to be on its way. */
  private static final long DELAY_NS = TimeUnit.MILLISECONDS.toNanos(50);

  private KillMethod() {}

  /** Those that the field knows. */
  enum Signal {
    SIGINT(Signals.SIGINT),
    SIGTERM(Signals.SIGTERM),
    SIGQUIT(Signals.SIGQUIT),
    SIGHUP(Signals.SIGHUP),
    SIGKILL(Signals.SIGKILL),
    SIGUSR1(Signals.SIGUSR1);

    private final int number;

    Signal(int number) {
      this.number = number;
    }

    static Signal of(String name) {
      for (Signal signal : values()) {
        if (signal.name().equals(name) || Integer.toString(signal.number).equals(name)) {
          return signal;
        }
      }
      throw new IllegalArgumentException(
          "sig_name '%s' is none of SIGINT, SIGTERM, SIGQUIT, SIGHUP, SIGKILL, SIGUSR1"
              .formatted(name));
    }
  }

  /**
   * @param sig_name its name, or its number as a text
   */
  record Kill(String sig_name) {}

  public static List<Method<?>> all() {
    return List.of(
        MethodTable.withCode(
            RpcException.INVALID_PARAMS,
            new Method<>("spdk_kill_instance", Kill.class, KillMethod::kill)));
  }

  private static boolean kill(Kill p) {
    int signal = Signal.of(p.sig_name).number;
    Thread.ofPlatform()
        .daemon()
        .name("kill")
        .start(
            () -> {
              LockSupport.parkNanos(DELAY_NS);
              Signals.toThisProcess(signal);
            });
    return true;
  }
}
