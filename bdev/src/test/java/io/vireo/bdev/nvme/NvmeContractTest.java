package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevContract;
import io.vireo.bdev.BdevRegistry;
import io.vireo.nvme.model.ModelOptions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;

/** The contract, on a namespace of a controller in memory that reaches no buffer where it lies. */
class NvmeContractTest extends BdevContract {
  private final ModelBus bus = new ModelBus();
  private final List<NvmeDrives> drives = new ArrayList<>();

  /** The controller's kind. */
  ModelOptions model() {
    return ModelOptions.DEFAULT;
  }

  @Override
  protected Bdev create(String name, long sizeBytes) {
    String address = "0000:01:0%d.0".formatted(bus.slots().size());
    bus.add(address, model().withBlocks((int) (sizeBytes / 512)));
    // Each in a registry of its own, for they all say that they are the same disk.
    NvmeDrives one = new NvmeDrives(new BdevRegistry(), bus, new DriveClock());
    drives.add(one);
    NvmeDrive drive = one.attach(new NvmeAttach("Nvme" + name, address));
    return new NvmeBdev(drive, name, Bdev.uuidOf(null), drive.bdevs().getFirst().namespace());
  }

  @AfterEach
  void detach() {
    fixture.whileStepping(() -> drives.forEach(NvmeDrives::close));
    for (ModelBus.Slot slot : bus.slots()) {
      assertThat(slot.open).isFalse();
      assertThat(slot.allocations()).isZero();
    }
    bus.dispose();
  }
}
