package io.vireo.daemon.metrics;

import com.sun.management.UnixOperatingSystemMXBean;
import io.vireo.bdev.module.Measurements;
import io.vireo.bdev.module.Metric;
import io.vireo.daemon.method.Version;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The process and its JVM, under the names that all programs use for them where there are such. */
final class ProcessSource implements Source {
  private static final Path STATUS = Path.of("/proc/self/status");
  private static final long KIB = 1024;
  private static final String AREA = "area";
  private static final String COLLECTOR = "gc";

  private static final Metric BUILD =
      Metric.info("vireo_build_info", "The version that runs", "version", "java");
  private static final Metric START =
      Metric.gauge("process_start_time_seconds", "When the process began, in seconds since 1970");
  private static final Metric CPU =
      Metric.counter(
          "process_cpu_seconds_total", "Time on CPUs; reactors that poll take all of theirs");
  private static final Metric RESIDENT =
      Metric.gauge("process_resident_memory_bytes", "Memory of the process, guests' included");
  private static final Metric OPEN =
      Metric.gauge("process_open_fds", "File descriptors that are open");
  private static final Metric LIMIT =
      Metric.gauge("process_max_fds", "How many file descriptors may be open");
  private static final Metric USED =
      Metric.gauge("jvm_memory_used_bytes", "Memory of the JVM that is in use", AREA);
  private static final Metric COMMITTED =
      Metric.gauge("jvm_memory_committed_bytes", "Memory that the JVM has", AREA);
  private static final Metric THREADS = Metric.gauge("jvm_threads_current", "Threads of the JVM");
  private static final Metric COLLECTIONS =
      Metric.counter(
          "vireo_gc_collections_total", "Work of the garbage collector, by its kind", COLLECTOR);
  private static final Metric COLLECTION_TIME =
      Metric.counter("vireo_gc_seconds_total", "Time of that work", COLLECTOR);

  @Override
  public List<Metric> metrics() {
    return List.of(
        BUILD,
        START,
        CPU,
        RESIDENT,
        OPEN,
        LIMIT,
        USED,
        COMMITTED,
        THREADS,
        COLLECTIONS,
        COLLECTION_TIME);
  }

  @Override
  public void measure(Measurements to) {
    to.put(BUILD, 1, Version.current().toString(), Runtime.version().toString());
    to.put(START, Seconds.ofMs(ManagementFactory.getRuntimeMXBean().getStartTime()));
    to.put(RESIDENT, residentBytes());
    if (ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean os) {
      to.put(CPU, Seconds.ofNs(os.getProcessCpuTime()));
      to.put(OPEN, os.getOpenFileDescriptorCount());
      to.put(LIMIT, os.getMaxFileDescriptorCount());
    }
    memory("heap", ManagementFactory.getMemoryMXBean().getHeapMemoryUsage(), to);
    memory("nonheap", ManagementFactory.getMemoryMXBean().getNonHeapMemoryUsage(), to);
    to.put(THREADS, ManagementFactory.getThreadMXBean().getThreadCount());
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      to.put(COLLECTIONS, Math.max(0, gc.getCollectionCount()), gc.getName()); // -1: unknown
      to.put(COLLECTION_TIME, Seconds.ofMs(Math.max(0, gc.getCollectionTime())), gc.getName());
    }
  }

  private static void memory(String area, MemoryUsage usage, Measurements to) {
    to.put(USED, usage.getUsed(), area);
    to.put(COMMITTED, usage.getCommitted(), area);
  }

  private static long residentBytes() {
    try {
      for (String line : Files.readAllLines(STATUS)) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("\\D", "")) * KIB;
        }
      }
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + STATUS, e);
    }
  }
}
