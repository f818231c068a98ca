package io.vireo.bdev.nvme;

import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Optional;
import java.util.Map;

/**
 * Parameters of bdev_nvme_attach_controller.
 *
 * @param name the controller's; its namespaces are called NAMEn1, NAMEn2, ...
 * @param trtype only {@code PCIe}
 * @param traddr the function's address, {@code 0000:01:00.0} or {@code 01:00.0}
 * @param hostnqn taken, and nothing depends on it: how this host is called over a network. The
 *     field saves one with each controller, as it does with fabrics_connect_timeout_us
 * @param prchk_reftag the controller checks the reference tags of namespaces with protection
 *     information of type 1; no guest sees any
 * @param prchk_guard it checks the guards
 * @param fabrics_connect_timeout_us as hostnqn
 * @param multipath what a second controller of this name would be; it is refused whatever this is,
 *     for a PCI function is the only path. The field saves its default, {@code multipath}
 * @param multipath_opts as that of bdev_nvme_set_options
 * @param num_io_queues how many queue pairs are asked for; each reactor that serves one of its
 *     disks needs one
 * @param ctrlr_loss_timeout_sec how long it is tried to bring a lost controller back; -1: without
 *     end; absent: as bdev_nvme_set_options says
 * @param reconnect_delay_sec between two trials
 * @param fast_io_fail_timeout_sec after which time requests fail meanwhile
 * @param max_bdevs the most names that are answered
 * @param allow_no_iommu drives it also where no IOMMU guards memory from it; guests' memory is then
 *     neither reached nor pinned, their data are always copied. Not of the field
 */
public record NvmeAttach(
    String name,
    String trtype,
    String traddr,
    @Optional @Later String adrfam,
    @Optional @Later String trsvcid,
    @Optional @Later String priority,
    @Optional @Later String subnqn,
    @Optional String hostnqn,
    @Optional @Later String hostaddr,
    @Optional @Later String hostsvcid,
    @Optional boolean prchk_reftag,
    @Optional boolean prchk_guard,
    @Optional @Later boolean hdgst,
    @Optional @Later boolean ddgst,
    @Optional long fabrics_connect_timeout_us,
    @Optional("\"disable\"") Multipath multipath,
    @Optional("1024") int num_io_queues,
    @Optional(min = -1) Long ctrlr_loss_timeout_sec,
    @Optional Long reconnect_delay_sec,
    @Optional Long fast_io_fail_timeout_sec,
    @Optional @Later String psk,
    @Optional("128") int max_bdevs,
    @Optional @Later String dhchap_key,
    @Optional @Later String dhchap_ctrlr_key,
    @Optional @Later boolean allow_unrecognized_csi,
    @Optional Map<String, Object> multipath_opts,
    @Optional @Later boolean disable_sq_flow_control,
    @Optional boolean allow_no_iommu) {
  private static final int QUEUES = 1024;
  private static final int BDEVS = 128;

  /** A function of this machine, all else at its default. */
  public NvmeAttach(String name, String traddr) {
    this(
        name,
        "PCIe",
        traddr,
        null,
        null,
        null,
        null,
        null,
        null,
        null,
        false,
        false,
        false,
        false,
        0,
        Multipath.DISABLE,
        QUEUES,
        null,
        null,
        null,
        null,
        BDEVS,
        null,
        null,
        false,
        null,
        false,
        false);
  }

  /** What a second path to the same namespaces would be. */
  public enum Multipath {
    DISABLE,
    FAILOVER,
    MULTIPATH
  }
}
