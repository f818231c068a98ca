package io.vireo.daemon.method;

import io.vireo.bdev.BdevRegistry;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.Optional;
import io.vireo.bdev.module.Relaxed;
import io.vireo.daemon.config.BdevSubsystem;
import io.vireo.daemon.config.Subsystem;
import io.vireo.daemon.rpc.Listing;
import io.vireo.daemon.rpc.MethodTable;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.reactor.CpuMask;
import io.vireo.reactor.ReactorGroup;
import io.vireo.vhost.ControllerOptions;
import io.vireo.vhost.VhostController;
import io.vireo.vhost.VhostServer;
import io.vireo.virtio.Coalescing;
import io.vireo.virtio.blk.BlkDevice;
import io.vireo.virtio.blk.BlkOptions;
import java.util.BitSet;
import java.util.List;
import java.util.stream.Stream;

/** Makes, deletes and shows the controllers: the disks that guests see. */
public final class VhostMethods {
  private static final String CREATE_BLK = "vhost_create_blk_controller";

  private final BdevRegistry bdevs;
  private final VhostServer vhost;
  private final ReactorGroup reactors;

  public VhostMethods(BdevRegistry bdevs, VhostServer vhost, ReactorGroup reactors) {
    this.bdevs = bdevs;
    this.vhost = vhost;
    this.reactors = reactors;
  }

  /** The field answers all refusals of these methods with one code each. */
  public List<Method<?>> all() {
    return List.of(
        MethodTable.withCode(
            RpcException.INVALID_PARAMS,
            new Method<>(CREATE_BLK, CreateBlk.class, this::createBlk)),
        MethodTable.withCode(
            RpcException.INVALID_PARAMS,
            new Method<>("vhost_delete_controller", Delete.class, this::delete)),
        MethodTable.withCode(
            RpcException.INVALID_PARAMS,
            new Method<>(
                "vhost_controller_set_coalescing", SetCoalescing.class, this::setCoalescing)),
        MethodTable.withCode(
            RpcException.INTERNAL_ERROR,
            new Method<>("vhost_get_controllers", Get.class, this::get)));
  }

  /**
   * The last seven are ours. The bdev is not claimed, as in the field: a second controller, or
   * whoever else opens it, may write to it too.
   *
   * @param cpumask with several CPUs the queues of a guest are spread over them; without it they
   *     run together on one, which serves many guests on few CPUs best
   * @param serial what the guest reads as the disk's ID; the bdev's name when absent
   * @param num_queues the most that a front-end may use. As many as can be, as in the field: QEMU
   *     asks for one per virtual CPU and gives up on a back-end with fewer. Less where a front-end
   *     takes the number from here (crosvm)
   * @param queue_size the most entries of a queue
   * @param poll_pause_ns how long a queue is left alone after it had requests; -1: adapts by itself
   * @param pin_guest_memory whether the guest's memory is pinned if the bdev's device reaches it by
   *     DMA; false: the data are copied, and the guest may use a balloon, virtio-mem and postcopy
   * @param delay_base_us as of vhost_controller_set_coalescing
   * @param iops_threshold as of vhost_controller_set_coalescing
   */
  @Relaxed
  record CreateBlk(
      String ctrlr,
      String dev_name,
      @Optional boolean readonly,
      @Optional @Later boolean packed_ring,
      @Optional String cpumask,
      @Optional("\"" + ControllerReport.TRANSPORT + "\"") @Later String transport,
      @Optional String serial,
      @Optional("" + BlkOptions.MAX_QUEUES) int num_queues,
      @Optional("1024") int queue_size,
      @Optional("" + BlkOptions.ADAPTIVE_PAUSE) int poll_pause_ns,
      @Optional("true") boolean pin_guest_memory,
      @Optional long delay_base_us,
      @Optional("" + Coalescing.USUAL_THRESHOLD) long iops_threshold) {}

  private Object createBlk(CreateBlk p) {
    BlkOptions options =
        new BlkOptions(p.serial, p.readonly, p.num_queues, p.queue_size, p.poll_pause_ns);
    Coalescing coalescing = new Coalescing(p.delay_base_us, p.iops_threshold);
    BlkDevice device = BlkDevice.open(bdevs, p.dev_name, options);
    try {
      BitSet cpus = p.cpumask == null ? null : cpus(p.cpumask);
      vhost.create(p.ctrlr, device, new ControllerOptions(cpus, p.pin_guest_memory, coalescing));
    } catch (RuntimeException e) {
      device.close();
      throw e;
    }
    return true;
  }

  /** The controllers; one whose bdev has gone could not be made again, and is left out. */
  public Subsystem subsystem() {
    return new Subsystem(
        "vhost_blk",
        List.of(BdevSubsystem.NAME),
        () -> vhost.controllers().stream().flatMap(this::entry).toList());
  }

  private Stream<ConfigEntry> entry(VhostController controller) {
    if (!(controller.device() instanceof BlkDevice device)
        || ControllerReport.nameOfPresent(device.bdev(), bdevs) == null) {
      return Stream.empty();
    }
    BlkOptions disk = device.options();
    ControllerOptions served = controller.options();
    CreateBlk parameters =
        new CreateBlk(
            controller.name(),
            device.bdev().name(),
            disk.readOnly(),
            false,
            served.cpuMask() == null ? null : CpuMask.format(served.cpuMask()),
            ControllerReport.TRANSPORT,
            disk.serial(),
            disk.queues(),
            disk.queueSize(),
            disk.pollPauseNs(),
            served.pinGuestMemory(),
            controller.coalescing().delayBaseUs(),
            controller.coalescing().iopsThreshold());
    return Stream.of(new ConfigEntry(CREATE_BLK, parameters));
  }

  private BitSet cpus(String mask) {
    BitSet cpus = CpuMask.parse(mask);
    BitSet idle = (BitSet) cpus.clone();
    idle.andNot(reactors.cpus());
    if (!idle.isEmpty()) {
      throw new IllegalArgumentException(
          "cpumask %s has CPU %d, but reactors run on %s only"
              .formatted(mask, idle.nextSetBit(0), CpuMask.format(reactors.cpus())));
    }
    return cpus;
  }

  record Delete(String ctrlr) {}

  private Object delete(Delete p) {
    VhostController controller = vhost.delete(p.ctrlr);
    if (controller.device() instanceof BlkDevice device) {
      device.close();
    }
    return true;
  }

  /**
   * @param delay_base_us the longest that an interrupt waits after the one before, in microseconds;
   *     0: not at all
   * @param iops_threshold requests a second of one queue above which interrupts wait; at twice as
   *     many they wait longest
   */
  record SetCoalescing(String ctrlr, long delay_base_us, long iops_threshold) {}

  private Object setCoalescing(SetCoalescing p) {
    VhostController controller = vhost.require(p.ctrlr);
    controller.coalesce(new Coalescing(p.delay_base_us, p.iops_threshold));
    return true;
  }

  record Get(@Optional String name) {}

  private Object get(Get p) {
    List<VhostController> wanted =
        p.name == null ? vhost.controllers() : List.of(vhost.require(p.name));
    return Listing.of(wanted, controller -> ControllerReport.of(controller, bdevs));
  }
}
