package io.vireo.daemon.rpc;

import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** What a component of a parameter record is read from. */
sealed interface Component permits Parameter, Shape {
  /** All that it takes, in the order of their declaration. */
  Stream<Parameter> parameters();

  /**
   * The component's value.
   *
   * @param params of a request: an object, or a missing node
   * @throws RpcException with {@link RpcException#INVALID_PARAMS} and a sentence
   */
  Object valueIn(JsonNode params);
}
