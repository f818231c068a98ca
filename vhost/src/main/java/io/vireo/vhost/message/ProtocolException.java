package io.vireo.vhost.message;

/**
 * A message that breaks a rule of the protocol: refused when its sender asked for a reply, else the
 * session ends. Its sentence names the request, what is wrong with which value, and the section.
 */
public final class ProtocolException extends RuntimeException {
  /**
   * @param request name of the request
   * @param rule section of the specification (vhost-user's unless it names another)
   * @param detail what is wrong, with the value and the limit
   */
  public ProtocolException(String request, String rule, String detail) {
    super("%s: %s (%s)".formatted(request, detail, rule));
  }
}
