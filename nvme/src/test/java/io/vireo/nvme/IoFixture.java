package io.vireo.nvme;

import io.vireo.linux.Mem;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.RequestCompletion;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;

/** A queue pair to a model, and memory for data. Counts how often each request ends. */
final class IoFixture implements AutoCloseable, RequestCompletion {
  static final int DATA_BYTES = 4 << 20;
  private static final int MAX_PAUSES = 10_000;
  private static final long MAX_WAIT_NS = 30_000_000_000L;

  final ModelHost host;
  final NvmeController controller;
  final IoQueuePair pair;
  final NvmeNamespace namespace;
  final long data;
  private final Map<NvmeRequest, Integer> ends = new HashMap<>();

  IoFixture(ModelOptions options, int entries, int requests) {
    this(new ModelHost(options), entries, requests);
  }

  /** With a model that has a thread of its own. */
  static IoFixture threaded(ModelOptions options, int entries, int requests) {
    ModelHost host = new ModelHost(options, false);
    host.model().start();
    return new IoFixture(host, entries, requests);
  }

  private IoFixture(ModelHost modelHost, int entries, int requests) {
    host = modelHost;
    controller = NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT);
    pair = controller.openQueuePair(entries, requests);
    namespace = controller.namespaces().getFirst();
    data = host.allocate(DATA_BYTES, 4096);
  }

  IoFixture(ModelOptions options) {
    this(options, 64, 63);
  }

  NvmeRequest request(int maxPieces) {
    return new NvmeRequest(this, maxPieces);
  }

  /** A request whose data is one piece at that offset. */
  NvmeRequest request(long dataOffset, long bytes) {
    NvmeRequest request = request(1);
    request.addData(data + dataOffset, bytes);
    return request;
  }

  @Override
  public void completed(NvmeRequest request, int status) {
    ends.merge(request, 1, Integer::sum);
  }

  /** How often the request ended. */
  int ends(NvmeRequest request) {
    return ends.getOrDefault(request, 0);
  }

  /** Rings and waits until nothing is in flight. */
  void drain() {
    pair.ring();
    for (int i = 0; pair.inFlight() > 0 && i < MAX_PAUSES; i++) {
      host.model().step();
      pair.poll(16);
    }
    if (pair.inFlight() > 0) {
      throw new AssertionError("%d requests never ended".formatted(pair.inFlight()));
    }
  }

  /** The same beside a model that steps itself. */
  void drainThreaded() {
    pair.ring();
    long deadline = System.nanoTime() + MAX_WAIT_NS;
    while (pair.inFlight() > 0) {
      if (pair.poll(16) == 0) {
        host.pause();
      }
      if (System.nanoTime() - deadline > 0) {
        throw new AssertionError("%d requests never ended".formatted(pair.inFlight()));
      }
    }
  }

  byte[] fill(long dataOffset, int bytes, long seed) {
    byte[] random = new byte[bytes];
    new Random(seed).nextBytes(random);
    Mem.copy(random, 0, data + dataOffset, bytes);
    return random;
  }

  byte[] dataAt(long dataOffset, int bytes) {
    byte[] copy = new byte[bytes];
    Mem.copy(data + dataOffset, copy, 0, bytes);
    return copy;
  }

  @Override
  public void close() {
    controller.close(pair);
    controller.close();
    host.close();
  }
}
