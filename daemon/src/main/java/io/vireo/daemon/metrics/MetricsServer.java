package io.vireo.daemon.metrics;

import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Map;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Serves a {@link Catalogue} by HTTP until it is closed. Any thread.
 *
 * <p>Nobody who connects can make it grow: connections, threads, the time that a request may take
 * to come and an answer to be taken, and the size of a request are bounded.
 */
public final class MetricsServer implements Closeable {
  private static final int THREADS = 8;
  private static final int BACKLOG = 32;
  private static final long IDLE_THREAD_SECONDS = 10;

  /** Limits of the JDK's server, which it takes once in a process; an operator's own come first. */
  private static final Map<String, String> LIMITS =
      Map.of(
          "jdk.httpserver.maxConnections", "64",
          "sun.net.httpserver.maxReqTime", "5",
          "sun.net.httpserver.maxRspTime", "20",
          "sun.net.httpserver.maxReqHeaders", "64",
          "sun.net.httpserver.maxReqHeaderSize", "16384");

  private final HttpServer http;
  private final ThreadPoolExecutor threads;

  private MetricsServer(HttpServer http) {
    this.http = http;
    AtomicInteger number = new AtomicInteger();
    threads =
        new ThreadPoolExecutor(
            THREADS,
            THREADS,
            IDLE_THREAD_SECONDS,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task ->
                Thread.ofPlatform()
                    .name("metrics-" + number.incrementAndGet())
                    .daemon()
                    .unstarted(task));
    threads.allowCoreThreadTimeOut(true);
    http.setExecutor(threads);
  }

  /**
   * Takes the address, but serves nobody yet.
   *
   * @throws IOException with one sentence when it cannot be had
   */
  public static MetricsServer bind(InetSocketAddress address) throws IOException {
    LIMITS.forEach(System.getProperties()::putIfAbsent);
    try {
      return new MetricsServer(HttpServer.create(address, BACKLOG));
    } catch (IOException e) {
      throw new IOException(
          "metrics cannot be served at %s: %s".formatted(shown(address), e.getMessage()), e);
    }
  }

  /** Serves from now on. Once. */
  public void serve(Catalogue catalogue) {
    http.createContext("/", new ScrapeHandler(catalogue));
    http.start();
  }

  /** What scrapers are to be told, as in {@code http://127.0.0.1:9100/metrics}. */
  public String url() {
    return "http://" + shown(http.getAddress()) + ScrapeHandler.PATH;
  }

  private static String shown(InetSocketAddress address) {
    String host = address.getAddress().getHostAddress();
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + address.getPort();
  }

  /** Serves nobody any more. Again has no effect. */
  @Override
  public void close() {
    http.stop(0);
    threads.close();
  }
}
