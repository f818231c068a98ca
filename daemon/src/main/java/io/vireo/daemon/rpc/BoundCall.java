package io.vireo.daemon.rpc;

import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Phase;

/** A method with its parameters, which have been checked: to be called once. Any thread. */
public final class BoundCall {
  private final Method<?> method;
  private final Runner runner;

  /** The handler with the record that it takes. */
  interface Runner {
    Object run();
  }

  BoundCall(Method<?> method, Runner runner) {
    this.method = method;
    this.runner = runner;
  }

  /** The method's name. */
  public String method() {
    return method.name();
  }

  /** When it can be called. */
  public Phase phase() {
    return method.phase();
  }

  /**
   * Calls it.
   *
   * @return the result, made of what JSON knows
   * @throws RpcException with the code and the sentence of a refusal
   */
  public Object call() {
    return MethodTable.answered(runner::run);
  }
}
