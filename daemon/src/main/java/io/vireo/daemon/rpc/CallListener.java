package io.vireo.daemon.rpc;

/** Who wants to know of calls before they are answered. Any thread, several at a time. */
@FunctionalInterface
public interface CallListener {
  /** Nobody. */
  CallListener NONE = method -> {};

  /**
   * A method has done what it was to do.
   *
   * @throws RpcException to be answered in place of its result
   */
  void succeeded(String method);
}
