package io.vireo.daemon.metrics;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where to listen, as operators write it: {@code HOST:PORT}, {@code :PORT} or {@code PORT}. */
public final class ListenAddress {
  private static final Pattern FORM = Pattern.compile("(?:(\\[[^]]*]|[^:\\[\\]]*):)?(\\d{1,9})");
  private static final int MAX_PORT = 0xffff;

  private ListenAddress() {}

  /**
   * Without a host it is the loopback interface. Port 0 is any that is free.
   *
   * @throws IllegalArgumentException with one sentence
   */
  public static InetSocketAddress parse(String text) {
    Matcher form = FORM.matcher(text);
    if (!form.matches()) {
      throw new IllegalArgumentException(
          "'" + text + "' is not HOST:PORT, :PORT or PORT; an IPv6 host is in brackets");
    }
    int port = Integer.parseInt(form.group(2));
    if (port > MAX_PORT) {
      throw new IllegalArgumentException("port %d is more than %d".formatted(port, MAX_PORT));
    }
    String host = form.group(1);
    if (host == null || host.isEmpty()) {
      return new InetSocketAddress(loopback(), port);
    }
    try {
      return new InetSocketAddress(InetAddress.getByName(host), port);
    } catch (UnknownHostException e) {
      throw new IllegalArgumentException("the host '" + host + "' is not known", e);
    }
  }

  /** As in the field: of IPv4, whatever the machine prefers. */
  private static InetAddress loopback() {
    try {
      return InetAddress.getByAddress(new byte[] {127, 0, 0, 1});
    } catch (UnknownHostException e) {
      throw new AssertionError("four bytes are an address", e);
    }
  }
}
