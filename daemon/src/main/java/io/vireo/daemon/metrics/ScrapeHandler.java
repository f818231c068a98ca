package io.vireo.daemon.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import io.prometheus.metrics.expositionformats.ExpositionFormatWriter;
import io.prometheus.metrics.expositionformats.OpenMetricsTextFormatWriter;
import io.prometheus.metrics.expositionformats.PrometheusTextFormatWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;

/** Answers one request: the figures, or where they are. Any thread. */
final class ScrapeHandler implements HttpHandler {
  static final String PATH = "/metrics";

  private static final String TEXT = "text/plain; charset=utf-8";
  private static final int OK = 200;
  private static final int NOT_FOUND = 404;
  private static final int METHOD_NOT_ALLOWED = 405;

  private final Catalogue catalogue;

  ScrapeHandler(Catalogue catalogue) {
    this.catalogue = catalogue;
  }

  @Override
  public void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      String method = exchange.getRequestMethod();
      if (!method.equals("GET") && !method.equals("HEAD")) {
        exchange.getResponseHeaders().set("Allow", "GET, HEAD");
        answer(exchange, METHOD_NOT_ALLOWED, TEXT, "only GET and HEAD are served here\n");
      } else if (!exchange.getRequestURI().getPath().equals(PATH)) {
        answer(exchange, NOT_FOUND, TEXT, "there is nothing here; metrics are at " + PATH + "\n");
      } else {
        scrape(exchange);
      }
    }
  }

  private void scrape(HttpExchange exchange) throws IOException {
    ExpositionFormatWriter format = Formats.acceptedBy(exchange.getRequestHeaders().get("Accept"));
    ByteArrayOutputStream body = new ByteArrayOutputStream();
    format.write(body, catalogue.figures());
    answer(exchange, OK, format.getContentType(), body.toByteArray());
  }

  private static void answer(HttpExchange exchange, int status, String type, String sentence)
      throws IOException {
    answer(exchange, status, type, sentence.getBytes(StandardCharsets.UTF_8));
  }

  private static void answer(HttpExchange exchange, int status, String type, byte[] body)
      throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    if (exchange.getRequestMethod().equals("HEAD")) {
      exchange.getResponseHeaders().set("Content-Length", Integer.toString(body.length));
      exchange.sendResponseHeaders(status, -1);
    } else {
      exchange.sendResponseHeaders(status, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Loaded by the first scrape, not at the start of a target. */
  private static final class Formats {
    private static final ExpositionFormatWriter OPEN_METRICS = OpenMetricsTextFormatWriter.create();
    private static final ExpositionFormatWriter PROMETHEUS = PrometheusTextFormatWriter.create();

    private Formats() {}

    /** OpenMetrics for who asks for it, the format that all understand for all others. */
    static ExpositionFormatWriter acceptedBy(Iterable<String> accept) {
      String header = accept == null ? "" : String.join(",", accept);
      return OPEN_METRICS.accepts(header) ? OPEN_METRICS : PROMETHEUS;
    }
  }
}
