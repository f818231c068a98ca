package io.vireo.daemon.rpc;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.pci.PciException;
import io.vireo.vhost.VhostException;
import java.util.Optional;

/**
 * A handler's exception that means: this cannot be done, and nothing has been. Any other is a bug.
 *
 * @param cause its message is a sentence for the operator
 */
public record Refusal(int errno, RuntimeException cause) {

  /** What {@code e} means; empty when it is a bug. */
  public static Optional<Refusal> of(RuntimeException e) {
    return switch (e) {
      case BdevException refused -> Optional.of(new Refusal(refused.errno(), e));
      case ErrnoException failed -> Optional.of(new Refusal(failed.errno(), e));
      case VhostException refused -> Optional.of(new Refusal(refused.errno(), e));
      case PciException refused -> Optional.of(new Refusal(refused.errno(), e));
      case IllegalArgumentException _ -> Optional.of(new Refusal(Errno.EINVAL, e));
      default -> Optional.empty();
    };
  }

  /** The C library's text, which tools compare, comes first; then our sentence, with the advice. */
  RpcException answer(int code) {
    String sentence = cause instanceof ErrnoException e ? e.triedAndAdvice() : cause.getMessage();
    return new RpcException(code, Errno.text(errno) + ": " + sentence, cause);
  }
}
