package io.vireo.daemon.perf;

import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeException;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.transport.DmaMemory;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The loads of all CPUs on one namespace, their queue pairs and memory. The control thread. */
final class NvmeLoads implements AutoCloseable {
  private static final int ALIGNMENT = 4096;
  private static final long LOOK_MS = 10;

  private final DmaMemory memory;
  private final NvmeController controller;
  private final Runnable stop;
  private final PerfOptions options;
  private final int[] cpus;
  private final List<IoQueuePair> pairs = new ArrayList<>();
  private final List<NvmeLoad> loads = new ArrayList<>();
  private final List<Long> buffers = new ArrayList<>();

  /**
   * @param memory that the controller reaches
   * @param stop ends the controller's access to it, when it does not let go of a queue
   */
  NvmeLoads(
      DmaMemory memory,
      NvmeController controller,
      Runnable stop,
      NvmeNamespace namespace,
      PerfOptions options,
      int[] cpus)
      throws IOException {
    this.memory = memory;
    this.controller = controller;
    this.stop = stop;
    this.options = options;
    this.cpus = cpus.clone();
    if (options.bytes() % namespace.blockBytes() != 0) {
      throw new IOException(
          "I/Os of %d bytes are no multiple of the blocks of %d"
              .formatted(options.bytes(), namespace.blockBytes()));
    }
    if (namespace.identify().metadataBytes() > 0 && namespace.identify().extendedLba()) {
      throw new IOException("the namespace's blocks carry metadata, which no load has");
    }
    long units = (namespace.blocks() << namespace.blockShift()) / options.bytes() / cpus.length;
    if (units == 0) {
      throw new IOException("the namespace has less than an I/O for each CPU");
    }
    try {
      for (int i = 0; i < cpus.length; i++) {
        open(namespace, i, units);
      }
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private void open(NvmeNamespace namespace, int index, long units) {
    int entries = options.depth() + 1;
    IoQueuePair pair = controller.openQueuePair(Math.max(2, entries), options.depth());
    pairs.add(pair);
    long bytes = (long) options.depth() * options.bytes();
    long buffer = memory.allocate(bytes, ALIGNMENT);
    buffers.add(buffer);
    Area area =
        new Area(index * units, units, options.bytes(), options.workload().random, Area.mix(index));
    loads.add(
        new NvmeLoad(
            pair, controller.open(pair, namespace), namespace.blockShift(), area, options, buffer));
  }

  /** Puts the load on; the samples are in the order of the CPUs. */
  List<Sample> measure(PrintWriter progress, long intervalNs, long uncountedNs, long countedNs)
      throws Exception {
    List<CompletableFuture<Sample>> samples = new ArrayList<>();
    try (Ticker ticker = new Ticker(progress, options, intervalNs)) {
      for (int i = 0; i < cpus.length; i++) {
        NvmeLoad load = loads.get(i);
        CompletableFuture<Sample> sample = new CompletableFuture<>();
        samples.add(sample);
        Pinned.start(
            "load-" + cpus[i], cpus[i], () -> load.measure(uncountedNs, countedNs), sample);
      }
      CompletableFuture<Void> all =
          CompletableFuture.allOf(samples.toArray(new CompletableFuture<?>[0]));
      while (!isDone(all)) {
        ticker.progress(loads.stream().mapToLong(NvmeLoad::total).sum(), System.nanoTime());
      }
    }
    List<Sample> results = new ArrayList<>();
    for (CompletableFuture<Sample> sample : samples) {
      if (sample.isCompletedExceptionally() && sample.exceptionNow() instanceof Exception e) {
        throw e;
      }
      results.add(sample.resultNow());
    }
    return results;
  }

  private static boolean isDone(CompletableFuture<Void> all) throws InterruptedException {
    try {
      all.get(LOOK_MS, TimeUnit.MILLISECONDS);
      return true;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      return true;
    }
  }

  /** All threads have ended. What is in flight then is the controller's until it has stopped. */
  @Override
  public void close() {
    for (IoQueuePair pair : pairs) {
      try {
        controller.close(pair);
      } catch (NvmeException e) {
        stop.run();
        controller.close(pair);
      }
    }
    buffers.forEach(memory::free);
  }
}
