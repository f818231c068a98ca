package io.vireo.daemon.config;

import io.vireo.daemon.rpc.RpcException;
import io.vireo.linux.Errno;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls in an order in which each finds the device that it is about: in the field's files a bdev
 * that stands on another comes before that one.
 */
final class Passes {
  private Passes() {}

  /** Makes a call; a refusal is the cause of what it throws. */
  interface Maker<T> {
    void make(T call) throws IOException;
  }

  /**
   * Makes all of them. One that finds no such device is made once more after the others, as long as
   * that helps any.
   *
   * @throws IOException of the first that was refused for something else, when those before it were
   *     made; or of the first whose device never came, when all others were
   */
  static <T> void make(List<T> calls, Maker<T> maker) throws IOException {
    List<T> left = calls;
    while (!left.isEmpty()) {
      List<T> again = new ArrayList<>();
      IOException first = null;
      for (T call : left) {
        try {
          maker.make(call);
        } catch (IOException e) {
          if (!lacksDevice(e)) {
            throw e;
          }
          again.add(call);
          first = first == null ? e : first;
        }
      }
      if (again.size() == left.size()) {
        throw first;
      }
      left = again;
    }
  }

  private static boolean lacksDevice(IOException e) {
    return e.getCause() instanceof RpcException refusal && refusal.code() == -Errno.ENODEV;
  }
}
