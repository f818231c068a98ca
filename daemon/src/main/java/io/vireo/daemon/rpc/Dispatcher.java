package io.vireo.daemon.rpc;

import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * From a request to its answer: JSON-RPC 2.0, sections 4 to 6. The client's thread, which runs the
 * handler.
 */
final class Dispatcher {
  private static final Logger LOG = LoggerFactory.getLogger(Dispatcher.class);
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
  private static final Set<String> MEMBERS = Set.of("jsonrpc", "method", "params", "id");
  private static final JsonNode VERSION = NODES.stringNode("2.0");
  private static final int MAX_ID_CHARS = 128;

  private final MethodTable methods;
  private final CallListener listener;
  private final CallCounts counts;

  Dispatcher(MethodTable methods, CallListener listener) {
    this.methods = methods;
    this.listener = listener;
    this.counts = new CallCounts(methods.names());
  }

  /** What was called so far. */
  CallCounts counts() {
    return counts;
  }

  /** The answer to one request, or null when the specification wants none. */
  ObjectNode answer(JsonNode request) {
    try {
      check(request);
    } catch (RpcException e) {
      JsonNode id = request.path("id");
      return error(isId(id) ? id : NODES.nullNode(), e);
    }
    ObjectNode answer = call(request);
    // A notification (section 4.1) is carried out, but not answered.
    return request.has("id") ? answer : null;
  }

  private static void check(JsonNode request) {
    if (!request.isObject()) {
      throw invalid("a request is an object, this is " + ParameterType.shown(request));
    }
    for (String member : request.propertyNames()) {
      if (!MEMBERS.contains(member)) {
        throw invalid("a request has no '" + member + "'");
      }
    }
    JsonNode version = request.path("jsonrpc");
    if (!version.isMissingNode() && !version.equals(VERSION)) {
      throw invalid("jsonrpc is " + ParameterType.shown(version) + ", not \"2.0\"");
    }
    if (!request.path("method").isString()) {
      throw invalid("the method's name is missing or no string");
    }
    JsonNode id = request.path("id");
    if (!id.isMissingNode() && !isId(id)) {
      throw invalid(
          "the id is no string, number or null of at most " + MAX_ID_CHARS + " characters");
    }
  }

  private static boolean isId(JsonNode id) {
    return id.isNull()
        || ((id.isString() || id.isNumber()) && id.asString().length() <= MAX_ID_CHARS);
  }

  private static RpcException invalid(String sentence) {
    return new RpcException(RpcException.INVALID_REQUEST, "Invalid request: " + sentence);
  }

  private ObjectNode call(JsonNode request) {
    JsonNode id = request.path("id");
    String method = request.path("method").stringValue();
    JsonNode params = request.path("params");
    try {
      // A null is no parameters, as the field takes it.
      Object result = methods.call(method, params.isNull() ? NODES.missingNode() : params);
      listener.succeeded(method);
      ObjectNode answer = begin(id);
      // Becomes JSON when it is written: a tree of it would need more memory than all the rest.
      answer.putPOJO("result", result);
      counts.called(method, false);
      return answer;
    } catch (RpcException e) {
      counts.called(method, true);
      LOG.atLevel(MethodTable.onlyAsks(method) ? Level.DEBUG : Level.INFO)
          .log("{} refused ({}): {}", method, e.code(), e.getMessage());
      return error(id, e);
    } catch (RuntimeException | Error e) {
      counts.called(method, true);
      return fault(id, "method " + method, e);
    }
  }

  /** The error object for a bug of ours, or for what this process lacks. */
  static ObjectNode fault(JsonNode id, String where, Throwable e) {
    LOG.error("{} failed", where, e);
    return error(id, new RpcException(RpcException.INTERNAL_ERROR, "Internal error: " + e, e));
  }

  /** The error object for {@code e}. */
  static ObjectNode error(JsonNode id, RpcException e) {
    ObjectNode answer = begin(id);
    answer.putObject("error").put("code", e.code()).put("message", e.getMessage());
    return answer;
  }

  private static ObjectNode begin(JsonNode id) {
    ObjectNode answer = new ObjectNode(NODES);
    answer.set("jsonrpc", VERSION);
    answer.set("id", id.isMissingNode() ? NODES.nullNode() : id);
    return answer;
  }
}
