package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevFixture;
import io.vireo.bdev.BdevIo;
import io.vireo.bdev.ChannelDriver;
import io.vireo.bdev.IoStatus;
import io.vireo.bdev.RecordingFaults;
import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import io.vireo.reactor.ReactorOptions;
import io.vireo.reactor.SteppedReactor;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;

/** The disk of a controller in memory, open, on a reactor that is stepped by hand. */
final class DiskFixture implements AutoCloseable {
  static final String ADDRESS = "0000:01:00.0";
  static final int BLOCK = 512;
  private static final long BARRIER_BLOCK = 9999;
  private static final int STEPS = 20;
  private static final int DEPTH = 64;
  private static final int BYTES = 64 << 10;

  final ModuleFixture module = new ModuleFixture();
  final ModelBus.Slot slot;
  final BdevFixture disk;
  final SteppedReactor stepped;
  final ChannelDriver driver;

  /**
   * @param options parameters of bdev_nvme_set_options
   */
  DiskFixture(ModelOptions model, Map<String, ?> options) {
    this(model, options, ReactorOptions.POLL, 0);
  }

  /**
   * @param vectors how many interrupt vectors its function has
   */
  DiskFixture(ModelOptions model, Map<String, ?> options, ReactorOptions idling, int vectors) {
    this(model, options, new SteppedReactor(idling), vectors);
  }

  /** On a reactor that bears owners whose memory has gone. */
  static DiskFixture withFaults(Map<String, ?> options) {
    SteppedReactor stepped = new SteppedReactor(ReactorOptions.POLL, new RecordingFaults());
    return new DiskFixture(ModelOptions.DEFAULT, options, stepped, 0);
  }

  private DiskFixture(
      ModelOptions model, Map<String, ?> options, SteppedReactor reactor, int vectors) {
    slot = module.bus.add(ADDRESS, model);
    slot.vectors = vectors;
    module.call("bdev_nvme_set_options", Form.of(NvmeSetOptions.class, options));
    module.attach("Nvme0", ADDRESS);
    stepped = reactor;
    disk = new BdevFixture(module.bdevs, module.bdevs.require("Nvme0n1"), stepped);
    driver = disk.driver(DEPTH, BYTES);
  }

  DiskFixture() {
    this(ModelOptions.DEFAULT, Map.of());
  }

  static boolean isIo(Command command) {
    return command.isIo();
  }

  static boolean isAbort(Command command) {
    return command.isAdmin() && command.opcode() == 0x08;
  }

  /** Set features, number of queues: sent each time that the controller is enabled. */
  static boolean isBeginning(Command command) {
    return command.isAdmin() && command.opcode() == 0x09 && (command.cdw10() & 0xff) == 0x07;
  }

  Faults faults() {
    return slot.model().faults();
  }

  /** Counts the commands that fit and come from now on; before all other faults. */
  AtomicInteger counting(Predicate<Command> which) {
    AtomicInteger count = new AtomicInteger();
    faults().always(command -> which.test(command) && count.incrementAndGet() < 0, Kind.DROP, 0);
    return count;
  }

  /** Lets so much of the reactor's time pass, with laps in between. */
  void pass(long ns) {
    for (int i = 0; i < STEPS; i++) {
      stepped.advance(ns / STEPS);
      stepped.lap();
    }
  }

  /** Afterwards the controller has seen everything that was sent before. */
  void barrier() {
    BdevIo last = driver.prepareRead(DEPTH - 1, BARRIER_BLOCK * BLOCK, BLOCK);
    if (driver.run(last) != IoStatus.OK) {
      throw new AssertionError("the barrier failed");
    }
  }

  /** Writes of a block each, not waited for. */
  void writes(int first, int count) {
    for (int i = first; i < first + count; i++) {
      driver.submit(driver.prepareWrite(i, (long) i * BLOCK, pattern(i)));
    }
  }

  /** The same, and waits until the controller has fetched them; there is no other load. */
  void fetchedWrites(int first, int count) {
    long before = slot.model().fetchedIo();
    writes(first, count);
    until("fetching", () -> slot.model().fetchedIo() >= before + count);
  }

  byte[] pattern(int i) {
    byte[] bytes = new byte[BLOCK];
    Arrays.fill(bytes, (byte) (i + 1));
    return bytes;
  }

  BdevIo io(int i) {
    return driver.io(i);
  }

  /** Does something that an operator would, while the reactor goes on. */
  Object call(String method, Record parameters) {
    Object[] answer = new Object[1];
    disk.whileStepping(() -> answer[0] = module.call(method, parameters));
    return answer[0];
  }

  void until(String what, BooleanSupplier condition) {
    driver.until(what, condition);
  }

  @Override
  public void close() {
    faults().clear();
    module.clock.goOn();
    disk.whileStepping(module::close);
    disk.close();
  }
}
