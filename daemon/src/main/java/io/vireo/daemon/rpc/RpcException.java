package io.vireo.daemon.rpc;

/**
 * A request that is answered by an error object: a code and one sentence.
 *
 * <p>Codes below are those of JSON-RPC 2.0, section 5.1; handlers of the bdev layer answer a
 * negated errno instead, as the field does.
 */
public final class RpcException extends RuntimeException {
  private static final long serialVersionUID = 1;

  /** The field's, for a method that cannot be called in this phase. */
  public static final int WRONG_STATE = -1;

  public static final int PARSE_ERROR = -32700;
  public static final int INVALID_REQUEST = -32600;
  public static final int METHOD_NOT_FOUND = -32601;
  public static final int INVALID_PARAMS = -32602;
  public static final int INTERNAL_ERROR = -32603;

  private final int code;

  public RpcException(int code, String message) {
    super(message);
    this.code = code;
  }

  public RpcException(int code, String message, Throwable cause) {
    super(message, cause);
    this.code = code;
  }

  /** Parameters that the method does not take, for the reason in {@code sentence}. */
  static RpcException invalidParameters(String sentence) {
    return new RpcException(INVALID_PARAMS, "Invalid parameters: " + sentence);
  }

  public int code() {
    return code;
  }
}
