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

  /** Is told of each call that was refused for good; what it throws ends all. */
  interface Refused {
    void refused(IOException why) throws IOException;
  }

  /**
   * Makes all of them. One that finds no such device is made once more after the others, as long as
   * that helps any.
   *
   * @throws IOException of the first that was refused for something else, when those before it were
   *     made; or of the first whose device never came, when all others were
   */
  static <T> void make(List<T> calls, Maker<T> maker) throws IOException {
    make(
        calls,
        maker,
        why -> {
          throw why;
        });
  }

  /** The same, but a refusal ends it only if that is what it is answered with. */
  static <T> void make(List<T> calls, Maker<T> maker, Refused refused) throws IOException {
    List<T> left = calls;
    while (!left.isEmpty()) {
      List<T> again = new ArrayList<>();
      List<IOException> lacking = new ArrayList<>();
      for (T call : left) {
        try {
          maker.make(call);
        } catch (IOException e) {
          if (lacksDevice(e)) {
            again.add(call);
            lacking.add(e);
          } else {
            refused.refused(e);
          }
        }
      }
      if (again.size() == left.size()) {
        for (IOException e : lacking) {
          refused.refused(e);
        }
        return;
      }
      left = again;
    }
  }

  /** Where the code is one for all refusals, as with controllers, the text before the sentence. */
  private static boolean lacksDevice(IOException e) {
    return e.getCause() instanceof RpcException refusal
        && (refusal.code() == -Errno.ENODEV
            || refusal.getMessage().startsWith(Errno.text(Errno.ENODEV) + ":"));
  }
}
