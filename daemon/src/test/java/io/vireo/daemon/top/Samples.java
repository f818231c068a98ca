package io.vireo.daemon.top;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Makes samples of a target that there is not. */
final class Samples {
  static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final long atNs;
  private long pid = 77;
  private final List<Sample.Reactor> reactors = new ArrayList<>();
  private final List<Sample.Controller> controllers = new ArrayList<>();
  private final List<Sample.Bdev> bdevs = new ArrayList<>();

  private Samples(long atNs) {
    this.atNs = atNs;
  }

  static Samples at(double seconds) {
    return new Samples((long) (seconds * SECOND));
  }

  Samples pid(long number) {
    pid = number;
    return this;
  }

  Samples reactor(int cpu, long busyNs, long idleNs, long sleeps) {
    reactors.add(new Sample.Reactor(cpu, busyNs, idleNs, sleeps, 5_000, sleeps));
    return this;
  }

  /** With one queue for each number of requests, in sessions of one. */
  Samples controller(String name, String bdev, long... requests) {
    return controller(name, bdev, null, requests);
  }

  Samples controller(String name, String bdev, Map<String, Buckets> latencies, long... requests) {
    Map<String, Sample.Queue> queues = new LinkedHashMap<>();
    for (int i = 0; i < requests.length; i++) {
      queues.put(name + "#1/" + i, new Sample.Queue(requests[i], 0, 0));
    }
    controllers.add(
        new Sample.Controller(name, bdev, Math.min(1, requests.length), false, queues, latencies));
    return this;
  }

  Samples controller(Sample.Controller controller) {
    controllers.add(controller);
    return this;
  }

  /** With so many reads of 4 KiB that took 100 us each. */
  Samples bdev(String name, long reads) {
    return bdev(name, reads, 0, 0, null);
  }

  Samples bdev(String name, long reads, long writes, long errors, Buckets latencies) {
    bdevs.add(
        new Sample.Bdev(
            name,
            new Sample.Operations(reads, reads * 4096, reads * 100_000),
            new Sample.Operations(writes, writes * 4096, writes * 100_000),
            new Sample.Operations(0, 0, 0),
            errors,
            latencies));
    return this;
  }

  Sample sample() {
    return new Sample("Vireo v1.2.3", pid, atNs, atNs, atNs, reactors, controllers, bdevs);
  }
}
