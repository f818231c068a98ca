package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.malloc.MallocCreate;
import io.vireo.bdev.module.ModuleCalls;
import io.vireo.linux.Cpu;
import io.vireo.linux.Mem;
import io.vireo.reactor.Poller;
import io.vireo.reactor.Reactor;
import io.vireo.reactor.ReactorGroup;
import io.vireo.reactor.ReactorOptions;
import io.vireo.reactor.SteppedReactor;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BdevHistogramTest {
  private static final BucketLayout LAYOUT = BucketLayout.of(7, 0, BucketLayout.MAX_NS);
  private static final HistogramOptions ALL = new HistogramOptions(null, LAYOUT);

  /** A bdev whose requests end by hand, and one channel that submits reads and writes. */
  private static final class Disk implements AutoCloseable {
    final HeldBdev bdev = new HeldBdev("Held0");
    final BdevFixture fixture = new BdevFixture(bdev);

    BdevIo start(IoType type) {
      return start(fixture.channel, type);
    }

    BdevIo start(BdevChannel channel, IoType type) {
      BdevIo io = new BdevIo((ended, status) -> {}, 0, 0, 0);
      io.prepare(type, 0, type.ranged() ? 512 : 0);
      if (type.hasData()) {
        io.addBuffer(64, 512);
      }
      assertThat(channel.submit(io)).isEqualTo(IoStatus.PENDING);
      return io;
    }

    /** Ends it so much later. */
    void end(BdevIo io, long ns, int status) {
      fixture.stepped.advance(ns);
      fixture.stepped.lap();
      bdev.end(io, status);
    }

    void run(IoType type, long ns) {
      end(start(type), ns, IoStatus.OK);
    }

    void enable(HistogramOptions options) {
      fixture.whileStepping(() -> bdev.enableHistogram(options));
    }

    long count(long ns) {
      return bdev.histogram().orElseThrow().counts()[LAYOUT.bucket(ns)];
    }

    long total() {
      return bdev.histogram().orElseThrow().total();
    }

    @Override
    public void close() {
      for (HeldBdev.Held held : List.copyOf(bdev.held)) {
        bdev.end(held.io(), IoStatus.OK);
      }
      fixture.close();
    }
  }

  @Test
  void there_is_none_until_it_is_enabled() {
    try (Disk disk = new Disk()) {
      disk.run(IoType.READ, 500);
      assertThat(disk.bdev.histogram()).isEmpty();
      disk.enable(ALL);
      assertThat(disk.total()).isZero();
      disk.run(IoType.READ, 500);
      assertThat(disk.count(500)).isEqualTo(1);
    }
  }

  @Test
  void requests_are_counted_that_fail_but_none_that_is_refused() {
    try (Disk disk = new Disk()) {
      disk.enable(ALL);
      disk.end(disk.start(IoType.WRITE), 700, IoStatus.IO_ERROR);
      assertThat(disk.count(700)).isEqualTo(1);
      BdevIo outside = new BdevIo(null, 0, 0, 0);
      outside.prepare(IoType.UNMAP, 0, 1 << 30);
      assertThat(disk.fixture.channel.submit(outside)).isEqualTo(IoStatus.OUT_OF_RANGE);
      disk.bdev.busy = true;
      outside.prepare(IoType.UNMAP, 0, 512);
      assertThat(disk.fixture.channel.submit(outside)).isEqualTo(IoStatus.BUSY);
      assertThat(disk.total()).isEqualTo(1);
    }
  }

  @Test
  void one_that_was_in_flight_counts_with_its_whole_latency() {
    try (Disk disk = new Disk()) {
      BdevIo early = disk.start(IoType.READ);
      disk.fixture.stepped.advance(10_000);
      disk.enable(ALL);
      disk.end(early, 10_000, IoStatus.OK);
      assertThat(disk.count(20_000)).isEqualTo(1);
    }
  }

  @Test
  void one_that_ends_after_disabling_does_not_count() {
    try (Disk disk = new Disk()) {
      disk.enable(ALL);
      BdevIo late = disk.start(IoType.READ);
      disk.fixture.whileStepping(disk.bdev::disableHistogram);
      disk.end(late, 500, IoStatus.OK);
      assertThat(disk.bdev.histogram()).isEmpty();
      disk.enable(ALL);
      assertThat(disk.total()).isZero();
    }
  }

  @Test
  void enabling_again_begins_anew_with_the_new_options() {
    try (Disk disk = new Disk()) {
      disk.enable(ALL);
      disk.run(IoType.READ, 500);
      disk.enable(new HistogramOptions(IoType.WRITE, LAYOUT));
      assertThat(disk.total()).isZero();
      disk.run(IoType.READ, 500);
      disk.run(IoType.FLUSH, 500);
      assertThat(disk.total()).isZero();
      disk.run(IoType.WRITE, 600);
      assertThat(disk.count(600)).isEqualTo(1);
      BucketLayout other = BucketLayout.of(2, 1000, 2000);
      disk.enable(new HistogramOptions(null, other));
      disk.run(IoType.READ, 1500);
      Histogram histogram = disk.bdev.histogram().orElseThrow();
      assertThat(histogram.layout()).isEqualTo(other);
      assertThat(histogram.counts()[other.bucket(1500)]).isEqualTo(1);
    }
  }

  @Test
  void channels_that_come_and_go_are_part_of_the_sum() {
    try (Disk disk = new Disk();
        SteppedReactor second = new SteppedReactor()) {
      disk.enable(ALL);
      disk.run(IoType.READ, 500);
      BdevDescriptor other = disk.fixture.registry.open("Held0", false, new RecordingListener());
      BdevChannel channel = other.channel(second.reactor());
      BdevIo io = disk.start(channel, IoType.READ);
      second.advance(900);
      second.lap();
      disk.bdev.end(io, IoStatus.OK);
      assertThat(disk.count(900)).isEqualTo(1);
      other.close();
      assertThat(disk.total()).isEqualTo(2);
      disk.fixture.whileStepping(disk.fixture.descriptor::close);
      assertThat(disk.total()).isEqualTo(2);
      disk.bdev.enableHistogram(ALL);
      assertThat(disk.total()).isZero();
    }
  }

  @Test
  void what_is_in_flight_when_the_bdev_is_removed_counts_still() {
    try (Disk disk = new Disk()) {
      disk.enable(ALL);
      BdevIo last = disk.start(IoType.READ);
      BdevIo outside = new BdevIo(null, 0, 0, 0);
      outside.prepare(IoType.UNMAP, 0, 1 << 30);
      Poller endsWhatDrains =
          () -> {
            boolean retired = disk.fixture.channel.submit(outside) == IoStatus.NO_DEVICE;
            if (retired && !disk.bdev.held.isEmpty()) {
              disk.bdev.end(last, IoStatus.OK);
            }
            return 0;
          };
      disk.fixture.stepped.reactor().add(endsWhatDrains);
      disk.fixture.stepped.advance(800);
      disk.fixture.unregister();
      disk.fixture.stepped.reactor().remove(endsWhatDrains);
      assertThat(disk.count(800)).isEqualTo(1);
      disk.bdev.enableHistogram(ALL);
      assertThat(disk.total()).isZero();
      disk.bdev.disableHistogram();
      assertThat(disk.bdev.histogram()).isEmpty();
    }
  }

  @Test
  void the_sum_over_all_reactors_only_grows_and_is_exact_in_the_end() throws Exception {
    ModuleCalls calls = new ModuleCalls();
    try (ReactorGroup reactors =
        new ReactorGroup(Cpu.allowed(), ReactorOptions.ADAPTIVE, new RecordingFaults())) {
      MallocCreate create = new MallocCreate("M", 512, 1 << 15);
      calls.call("bdev_malloc_create", create);
      Bdev bdev = calls.bdevs.require("M");
      bdev.enableHistogram(ALL);
      BdevDescriptor descriptor = calls.bdevs.open("M", true, new RecordingListener());
      List<Load> loads = new ArrayList<>();
      reactors
          .reactors()
          .forEach(r -> loads.add(new Load(descriptor.channel(r), loads.size() * (1L << 22))));
      loads.forEach(Load::start);
      long before = 0;
      for (int look = 0; look < 500; look++) {
        long now = bdev.histogram().orElseThrow().total();
        assertThat(now).isGreaterThanOrEqualTo(before);
        before = now;
      }
      while (bdev.histogram().orElseThrow().total() == 0) {
        Thread.onSpinWait();
      }
      calls.bdevs.unregister("M");
      long completed = 0;
      for (Load load : loads) {
        assertThat(load.awaitOver()).isTrue();
        completed += load.completed.get();
        load.close();
      }
      assertThat(bdev.histogram().orElseThrow().total()).isEqualTo(completed);
      descriptor.close();
    }
  }

  @Test
  void switching_under_load_disturbs_nothing() throws Exception {
    ModuleCalls calls = new ModuleCalls();
    RecordingFaults faults = new RecordingFaults();
    try (ReactorGroup reactors = new ReactorGroup(Cpu.allowed(), ReactorOptions.ADAPTIVE, faults)) {
      MallocCreate create = new MallocCreate("M", 512, 1 << 15);
      calls.call("bdev_malloc_create", create);
      Bdev bdev = calls.bdevs.require("M");
      BdevDescriptor descriptor = calls.bdevs.open("M", true, new RecordingListener());
      Load load = new Load(descriptor.channel(reactors.reactors().getFirst()), 0);
      load.start();
      for (int round = 0; round < 300; round++) {
        bdev.enableHistogram(new HistogramOptions(null, BucketLayout.of(round % 10, 0, 1 << 20)));
        if (round % 3 == 0) {
          bdev.disableHistogram();
        }
      }
      calls.bdevs.unregister("M");
      assertThat(load.awaitOver()).isTrue();
      assertThat(load.wrong.get()).isZero();
      assertThat(faults.faults()).isEmpty();
      load.close();
      descriptor.close();
    }
  }

  /** The real error, which compiled code raises later than at the access. */
  @Test
  void switching_beside_a_guest_whose_memory_is_lost() throws Exception {
    ModuleCalls calls = new ModuleCalls();
    calls.createNull("N", 2048);
    Bdev bdev = calls.bdevs.require("N");
    RecordingFaults faults = new RecordingFaults();
    long memory = TruncatedMemory.map();
    try (ReactorGroup reactors = new ReactorGroup(Cpu.allowed(), ReactorOptions.POLL, faults)) {
      Reactor reactor = reactors.reactors().getFirst();
      BdevDescriptor descriptor = calls.bdevs.open("N", true, new RecordingListener());
      Poller hostile = () -> (int) Mem.getLong(memory + TruncatedMemory.GONE_AT) | 1;
      reactor.surely(() -> reactor.add(hostile));
      for (int round = 0; round < 3000; round++) {
        descriptor.channel(reactor);
        bdev.enableHistogram(ALL);
        assertThat(bdev.histogram().orElseThrow().total()).isZero();
        descriptor.releaseChannel(reactor);
        bdev.disableHistogram();
      }
      reactor.surely(() -> reactor.remove(hostile));
      assertThat(reactor.stats().memoryFaults()).isGreaterThan(3000);
      descriptor.close();
    } finally {
      TruncatedMemory.unmap(memory);
    }
    calls.bdevs.unregister("N");
  }
}
