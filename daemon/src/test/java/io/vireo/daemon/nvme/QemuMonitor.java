package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.pci.PciAddress;
import java.io.BufferedReader;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * The monitor of the QEMU that this guest runs in, at the port that {@code nvme-guest --monitor}
 * gives it: a line of QMP each way. By hand, in a shell of the guest:
 *
 * <pre>
 *   exec 4&lt;&gt;/dev/vport0p1
 *   echo '{"execute": "qmp_capabilities"}' >&amp;4
 *   echo '{"execute": "query-pci"}' >&amp;4
 *   cat &lt;&amp;4
 * </pre>
 */
final class QemuMonitor implements AutoCloseable {
  private static final String PORT = "/dev/vport0p1";
  private static final long PATIENCE_SEC = 15;

  private final JsonMapper json = new JsonMapper();
  private final RandomAccessFile port = new RandomAccessFile(PORT, "rw");
  private final OutputStream out = new FileOutputStream(port.getFD());
  private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();
  private final List<JsonNode> events = new ArrayList<>();
  private int lastId;

  QemuMonitor() throws IOException {
    Thread.ofPlatform().daemon().name("monitor").start(this::read);
    execute("qmp_capabilities", Map.of());
  }

  private void read() {
    try {
      BufferedReader in =
          new BufferedReader(
              new InputStreamReader(new FileInputStream(port.getFD()), StandardCharsets.UTF_8));
      for (String line = in.readLine(); line != null; line = in.readLine()) {
        lines.add(line);
      }
    } catch (IOException e) {
      lines.add("{\"error\": \"%s\"}".formatted(e)); // nobody waits for it, or it is seen
    }
  }

  /** Has QEMU execute a command; answers what that returns. */
  JsonNode execute(String command, Map<String, Object> arguments) throws IOException {
    int id = ++lastId;
    Map<String, Object> request = Map.of("execute", command, "arguments", arguments, "id", id);
    out.write((json.writeValueAsString(request) + "\n").getBytes(StandardCharsets.UTF_8));
    JsonNode answer = next();
    while (answer.path("id").asInt(0) != id) {
      if (answer.has("event")) {
        events.add(answer);
      }
      answer = next();
    }
    require(answer.has("return"), command + ": " + answer);
    return answer.get("return");
  }

  /** A line to the monitor for humans; it answers nothing unless something is wrong. */
  void human(String line) throws IOException {
    JsonNode said = execute("human-monitor-command", Map.of("command-line", line));
    require(said.stringValue().isBlank(), line + ": " + said);
  }

  /** Waits until QEMU tells that a device has left the machine. */
  void awaitDeleted(String device) throws IOException {
    while (events.stream().noneMatch(event -> isDeleted(event, device))) {
      events.add(next());
    }
  }

  private static boolean isDeleted(JsonNode event, String device) {
    return event.path("event").asString("").equals("DEVICE_DELETED")
        && event.path("data").path("device").asString("").equals(device);
  }

  private JsonNode next() throws IOException {
    try {
      String line = lines.poll(PATIENCE_SEC, TimeUnit.SECONDS);
      require(line != null, "QEMU has said nothing for " + PATIENCE_SEC + " s");
      return json.readTree(line);
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  /** Where the device of that name is. */
  PciAddress address(String device) throws IOException {
    PciAddress found = null;
    for (JsonNode bus : execute("query-pci", Map.of())) {
      found = found == null ? find(bus.get("devices"), device) : found;
    }
    require(found != null, "there is no PCI function " + device);
    return found;
  }

  private static PciAddress find(JsonNode functions, String device) {
    for (JsonNode function : functions) {
      if (function.path("qdev_id").asString("").equals(device)) {
        return PciAddress.parse(
            "%02x:%02x.%x"
                .formatted(
                    function.get("bus").asInt(),
                    function.get("slot").asInt(),
                    function.get("function").asInt()));
      }
      JsonNode behind = function.path("pci_bridge").path("devices");
      PciAddress found = behind.isArray() ? find(behind, device) : null;
      if (found != null) {
        return found;
      }
    }
    return null;
  }

  @Override
  public void close() throws IOException {
    port.close();
  }
}
