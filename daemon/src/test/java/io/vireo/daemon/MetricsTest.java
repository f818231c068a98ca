package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import io.vireo.daemon.metrics.ListenAddress;
import io.vireo.linux.UnixSocket;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Metrics as a scraper sees them. */
@Timeout(60)
class MetricsTest {
  @TempDir Path dir;
  private RunningTarget target;
  private URI uri;
  private final HttpClient client = HttpClient.newHttpClient();

  @BeforeEach
  void start() throws IOException {
    target = new RunningTarget(dir, ListenAddress.parse("0"));
    uri = URI.create(target.target.metrics().orElseThrow().url());
  }

  @AfterEach
  void stop() throws IOException {
    client.close();
    target.close();
  }

  private HttpRequest.Builder request(String path) {
    return HttpRequest.newBuilder(uri.resolve(path));
  }

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(request.build(), BodyHandlers.ofString());
  }

  private List<String> lines() throws Exception {
    return send(request("/metrics")).body().lines().toList();
  }

  @Test
  void bdevs_controllers_calls_and_the_process_are_shown() throws Exception {
    target.malloc("m");
    target.call("vhost_create_blk_controller", "ctrlr", "vm0", "dev_name", "m");
    target.call("bdev_enable_histogram", "name", "m", "enable", true);
    target.refusal("bdev_null_delete", "name", "m");
    target.refusal("no_such_method");
    try (UnixSocket _ = UnixSocket.connect(dir.resolve("vm0"))) {
      while (target.call("vhost_get_controllers").get(0).path("sessions").isEmpty()) {
        Thread.onSpinWait();
      }
      String bdev = "{bdev=\"m\",product=\"Malloc disk\"";
      assertThat(lines())
          .contains(
              "vireo_bdev_size_bytes" + bdev + "} 4096.0",
              "vireo_bdev_operations_total{bdev=\"m\",operation=\"read\",product=\"Malloc disk\"}"
                  + " 0.0",
              "vireo_bdev_errors_total" + bdev + ",status=\"io_error\"} 0.0",
              "vireo_bdev_request_duration_seconds_bucket" + bdev + ",le=\"1.0E-6\"} 0",
              "vireo_bdev_request_duration_seconds_bucket" + bdev + ",le=\"8.388608\"} 0",
              "vireo_bdev_request_duration_seconds_bucket" + bdev + ",le=\"+Inf\"} 0",
              "vireo_bdev_request_duration_seconds_sum" + bdev + "} 0.0",
              "vireo_vhost_controller_info{bdev=\"m\",controller=\"vm0\",readonly=\"false\"} 1",
              "vireo_vhost_sessions{controller=\"vm0\"} 1.0",
              "vireo_vhost_connections_total{controller=\"vm0\"} 1.0",
              "vireo_vhost_requests_in_flight{controller=\"vm0\"} 0.0",
              "vireo_rpc_clients 1.0",
              "vireo_rpc_calls_total{method=\"bdev_malloc_create\"} 1.0",
              "vireo_rpc_failures_total{method=\"bdev_malloc_create\"} 0.0",
              "vireo_rpc_failures_total{method=\"bdev_null_delete\"} 1.0",
              "vireo_rpc_calls_total{method=\"bdev_null_create\"} 0.0",
              "vireo_rpc_calls_total{method=\"unknown\"} 1.0",
              "vireo_metrics_failures_total 0.0")
          .anyMatch(line -> line.matches("process_resident_memory_bytes [1-9].*"))
          .anyMatch(line -> line.matches("process_open_fds [1-9].*"));
    }
  }

  @Test
  void requests_are_counted_by_controller_and_the_sum_goes_on_with_the_next_guest()
      throws Exception {
    target.malloc("m", "num_blocks", 64);
    target.call("vhost_create_blk_controller", "ctrlr", "vm0", "dev_name", "m");
    target.call("vhost_create_blk_controller", "ctrlr", "vm1", "dev_name", "m");
    try (OneGuest guest = new OneGuest(dir.resolve("vm0"));
        OneGuest other = new OneGuest(dir.resolve("vm1"))) {
      guest.read(3);
      other.read(1);
    }
    try (OneGuest guest = new OneGuest(dir.resolve("vm0"))) {
      guest.read(4);
      assertThat(lines())
          .contains(
              "vireo_vhost_requests_total{controller=\"vm0\"} 7.0",
              "vireo_vhost_requests_total{controller=\"vm1\"} 1.0",
              "vireo_vhost_request_errors_total{controller=\"vm0\"} 0.0")
          .anyMatch(
              line -> line.matches("vireo_vhost_interrupts_total\\{controller=\"vm0\"} [1-9].*"));
    }
  }

  @Test
  void a_scraper_that_asks_for_open_metrics_gets_it() throws Exception {
    HttpResponse<String> plain = send(request("/metrics"));
    assertThat(plain.headers().firstValue("Content-Type"))
        .contains("text/plain; version=0.0.4; charset=utf-8");
    HttpResponse<String> open =
        send(
            request("/metrics")
                .header("Accept", "application/openmetrics-text;version=1.0.0,text/plain;q=0.5"));
    assertThat(open.headers().firstValue("Content-Type"))
        .contains("application/openmetrics-text; version=1.0.0; charset=utf-8");
    assertThat(open.body()).contains("# TYPE vireo_build info\n").endsWith("# EOF\n");
  }

  @Test
  void only_get_and_head_of_one_path_are_served() throws Exception {
    HttpResponse<String> head = send(request("/metrics").HEAD());
    assertThat(head.statusCode()).isEqualTo(200);
    assertThat(head.body()).isEmpty();
    for (String path : List.of("/", "/metrics/", "/metricsx", "/../etc/passwd", "/METRICS")) {
      HttpResponse<String> other = send(request(path));
      assertThat(other.statusCode()).as(path).isEqualTo(404);
      assertThat(other.body()).isEqualTo("there is nothing here; metrics are at /metrics\n");
    }
    HttpResponse<String> post = send(request("/metrics").POST(BodyPublishers.ofString("x")));
    assertThat(post.statusCode()).isEqualTo(405);
    assertThat(post.headers().firstValue("Allow")).contains("GET, HEAD");
    assertThat(send(request("/metrics?x=y")).statusCode()).isEqualTo(200);
  }

  @Test
  void many_scrapers_at_once_are_served() {
    List<CompletableFuture<HttpResponse<String>>> answers =
        IntStream.range(0, 40)
            .mapToObj(i -> client.sendAsync(request("/metrics").build(), BodyHandlers.ofString()))
            .toList();
    assertThat(answers)
        .allSatisfy(
            answer -> {
              assertThat(answer.join().statusCode()).isEqualTo(200);
              assertThat(answer.join().body()).contains("vireo_build_info");
            });
  }

  /** One that never ends its request line would otherwise take the heap. */
  @Test
  void an_endless_request_is_cut_off() throws Exception {
    try (Socket socket = new Socket(uri.getHost(), uri.getPort())) {
      OutputStream out = socket.getOutputStream();
      byte[] more = "x".repeat(4096).getBytes(StandardCharsets.US_ASCII);
      int sent = 0;
      try {
        for (; sent < 16_384; sent++) {
          out.write(more);
        }
      } catch (SocketException e) {
        assertThat(sent).isPositive(); // it has closed the connection
      }
      assertThat(sent).isLessThan(16_384);
    }
    assertThat(lines()).isNotEmpty();
  }

  @Test
  void who_sends_half_a_request_is_left_in_the_end_and_keeps_nobody_waiting() throws Exception {
    try (Socket slow = new Socket(uri.getHost(), uri.getPort())) {
      slow.getOutputStream().write("GET /met".getBytes(StandardCharsets.US_ASCII));
      assertThat(lines()).isNotEmpty();
      InputStream in = slow.getInputStream();
      try {
        in.readAllBytes(); // ends
      } catch (SocketException e) {
        assertThat(e).hasMessageContaining("reset");
      }
    }
  }

  @Test
  void an_address_in_use_is_told_and_the_target_does_not_start() throws Exception {
    Path other = Files.createDirectory(dir.resolve("other"));
    String address = uri.getHost() + ":" + uri.getPort();
    assertThatIOException()
        .isThrownBy(() -> new RunningTarget(other, ListenAddress.parse(address)))
        .withMessage("metrics cannot be served at " + address + ": Address already in use");
    assertThat(other).isEmptyDirectory();
  }

  @Test
  void without_an_address_there_are_none() throws Exception {
    Path other = Files.createDirectory(dir.resolve("none"));
    try (RunningTarget without = new RunningTarget(other)) {
      assertThat(without.target.metrics()).isEmpty();
    }
  }
}
