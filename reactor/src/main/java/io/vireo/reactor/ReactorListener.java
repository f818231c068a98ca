package io.vireo.reactor;

/**
 * Hears what went wrong on a reactor.
 *
 * <p>Called on the reactor's thread, between polls: an implementation hands the news to a control
 * thread and returns.
 */
public interface ReactorListener {
  /** {@code poller} threw {@code cause}; it has been removed and told. */
  void pollerFailed(Reactor reactor, Poller poller, Throwable cause);

  /**
   * An access hit memory behind the end of a truncated file. The error names no culprit and nobody
   * was removed, so each owner of mappings must compare its files with what it has mapped. Told at
   * most once each 10 ms; an error is never dropped, only told later.
   */
  void memoryFault(Reactor reactor, InternalError error);
}
