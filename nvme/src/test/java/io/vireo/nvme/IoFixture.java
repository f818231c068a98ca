package io.vireo.nvme;

import io.vireo.linux.Mem;
import io.vireo.nvme.model.ModelBuffers;
import io.vireo.nvme.model.ModelHost;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.spec.NvmeStatus;
import io.vireo.nvme.transport.NvmeRequest;
import io.vireo.nvme.transport.RequestCompletion;
import io.vireo.nvme.transport.TransportQueue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** A queue pair to a model, and memory for data. Counts how often each request ends. */
final class IoFixture implements AutoCloseable, RequestCompletion, NvmeIoCompletion {
  static final int DATA_BYTES = 4 << 20;

  /** A request can be 512 commands of a block, one after the other, each 20 steps late. */
  private static final int MAX_PAUSES = 100_000;

  private static final long MAX_WAIT_NS = 30_000_000_000L;

  final ModelHost host;
  final NvmeController controller;
  final ModelBuffers buffers; // null: none
  final IoQueuePair pair;
  final NvmeNamespace namespace;
  final NamespaceQueue disk;
  final long data;
  private final Map<Object, Integer> ends = new HashMap<>();

  IoFixture(ModelOptions options, int entries, int requests) {
    this(new ModelHost(options), entries, requests, 0, 0);
  }

  /** With a model that has a thread of its own. */
  static IoFixture threaded(ModelOptions options, int entries, int requests) {
    ModelHost host = new ModelHost(options, false);
    host.model().start();
    return new IoFixture(host, entries, requests, 0, 0);
  }

  /** With bounce buffers. */
  IoFixture(ModelOptions options, int entries, int requests, int buffers, int bufferBytes) {
    this(new ModelHost(options), entries, requests, buffers, bufferBytes);
  }

  private IoFixture(
      ModelHost modelHost, int entries, int requests, int bounceBuffers, int bufferBytes) {
    host = modelHost;
    controller = NvmeController.attach(host.transport(), host, host, ControllerOptions.DEFAULT);
    buffers = bounceBuffers == 0 ? null : new ModelBuffers(host, bounceBuffers, bufferBytes);
    pair =
        controller.openQueuePair(
            entries, requests, buffers == null ? BounceBuffers.NONE : buffers.buffers());
    namespace = controller.namespaces().getFirst();
    disk = controller.open(pair, namespace);
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

  /** Makes it a read (NVM 3.2.4) into its data. */
  NvmeRequest readCommand(NvmeRequest request, long lba, int blocks) {
    request.command(NvmOpcode.READ, namespace.id());
    request.cdw10and11(lba);
    request.cdw12and13(blocks - 1);
    return request;
  }

  int read(NvmeRequest request, long lba, int blocks) {
    return pair.submit(readCommand(request, lba, blocks));
  }

  /** Reads of a block each, one behind the other, which the controller is told of. */
  List<NvmeRequest> sendReads(int count) {
    List<NvmeRequest> sent = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      NvmeRequest request = request(i * 512L, 512);
      if (read(request, i, 1) != TransportQueue.SUBMITTED) {
        throw new AssertionError("read %d was not taken".formatted(i));
      }
      sent.add(request);
    }
    pair.ring();
    return sent;
  }

  /** Submits a write (NVM 3.2.6) of its data. */
  int write(NvmeRequest request, long lba, int blocks, int flags) {
    request.command(NvmOpcode.WRITE, namespace.id());
    request.cdw10and11(lba);
    request.cdw12and13(Integer.toUnsignedLong(flags) | blocks - 1);
    return pair.submit(request);
  }

  @Override
  public void completed(NvmeRequest request, int status) {
    ends.merge(request, 1, Integer::sum);
  }

  @Override
  public void completed(NvmeIo io, int status) {
    ends.merge(io, 1, Integer::sum);
  }

  /** How often the request or I/O ended. */
  int ends(Object request) {
    return ends.getOrDefault(request, 0);
  }

  /** An I/O whose data are one piece at that offset, with room for more. */
  NvmeIo io(long dataOffset, long bytes) {
    NvmeIo made = new NvmeIo(this, 256);
    made.addData(data + dataOffset, bytes);
    return made;
  }

  /**
   * Waits for the end of an I/O; answers its status.
   *
   * @param taken what submitting it answered
   */
  int end(NvmeIo sent, int taken) {
    if (taken != TransportQueue.SUBMITTED) {
      throw new AssertionError("was not taken: " + taken);
    }
    int before = ends(sent);
    drain();
    if (ends(sent) != before + 1) {
      throw new AssertionError("ended %d times".formatted(ends(sent) - before));
    }
    return NvmeStatus.typeAndCode(sent.status());
  }

  /** Rings and waits until nothing is in flight. */
  void drain() {
    pair.ring();
    for (int i = 0; isBusy() && i < MAX_PAUSES; i++) {
      host.model().step();
      pair.poll(16);
    }
    if (isBusy()) {
      throw new AssertionError("%d requests never ended".formatted(pair.inFlight()));
    }
  }

  private boolean isBusy() {
    return pair.inFlight() > 0 || pair.hasWaiting();
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
    if (buffers != null) {
      buffers.close();
    }
    controller.close();
    host.close();
  }
}
