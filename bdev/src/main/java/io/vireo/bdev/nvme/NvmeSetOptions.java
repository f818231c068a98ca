package io.vireo.bdev.nvme;

import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Optional;
import java.util.List;
import java.util.Map;

/**
 * Parameters of bdev_nvme_set_options; what is absent stays as it is.
 *
 * @param action_on_timeout what happens to a command that takes longer than its time
 * @param timeout_us of an I/O command; 0: any time
 * @param timeout_admin_us of an admin command, which then fails whatever action_on_timeout is; 0:
 *     as for I/O commands, or half a minute when those may take any time
 * @param keep_alive_timeout_ms of controllers that want to be told that their host lives
 * @param arbitration_burst commands at once, a power of two; 7: no limit
 * @param low_priority_weight of queues where the controller weighs them; as are the next two
 * @param nvme_adminq_poll_period_us how often the admin queue is looked at
 * @param io_queue_requests commands in flight of each queue pair; 0: as many as by default
 * @param delay_cmd_submit one doorbell for all commands of a reactor's lap
 * @param bdev_retry_count how often a failed command is tried again; -1: without end
 * @param ctrlr_loss_timeout_sec how long it is tried to bring a controller back; -1: without end
 * @param reconnect_delay_sec between two trials
 * @param fast_io_fail_timeout_sec after which time requests fail meanwhile
 * @param generate_uuids namespaces without an identifier get one that is always the same
 * @param enable_flush taken, and nothing depends on it: a flush reaches every drive that has a
 *     volatile write cache
 * @param multipath_opts taken, and nothing depends on it: how one of several paths is chosen, and
 *     there is one
 */
public record NvmeSetOptions(
    @Optional NvmeOptions.TimeoutAction action_on_timeout,
    @Optional Long timeout_us,
    @Optional Long timeout_admin_us,
    @Optional Long keep_alive_timeout_ms,
    @Optional Long arbitration_burst,
    @Optional Long low_priority_weight,
    @Optional Long medium_priority_weight,
    @Optional Long high_priority_weight,
    @Optional Long nvme_adminq_poll_period_us,
    @Optional @Later long nvme_ioq_poll_period_us,
    @Optional Long io_queue_requests,
    @Optional Boolean delay_cmd_submit,
    @Optional("4") @Later long transport_retry_count,
    @Optional(min = -1) Long bdev_retry_count,
    @Optional @Later int transport_ack_timeout,
    @Optional(min = -1) Long ctrlr_loss_timeout_sec,
    @Optional Long reconnect_delay_sec,
    @Optional Long fast_io_fail_timeout_sec,
    @Optional @Later boolean disable_auto_failback,
    @Optional Boolean generate_uuids,
    @Optional @Later int transport_tos,
    @Optional @Later boolean nvme_error_stat,
    @Optional @Later int rdma_srq_size,
    @Optional @Later boolean io_path_stat,
    @Optional @Later boolean allow_accel_sequence,
    @Optional @Later int rdma_max_cq_size,
    @Optional @Later int rdma_cm_event_timeout_ms,
    @Optional("[\"sha256\",\"sha384\",\"sha512\"]") @Later List<String> dhchap_digests,
    @Optional("[\"null\",\"ffdhe2048\",\"ffdhe3072\",\"ffdhe4096\",\"ffdhe6144\",\"ffdhe8192\"]")
        @Later
        List<String> dhchap_dhgroups,
    @Optional @Later boolean rdma_umr_per_io,
    @Optional @Later int tcp_connect_timeout_ms,
    @Optional Boolean enable_flush,
    @Optional Map<String, Object> multipath_opts) {
  /** What the field saves of authentication, which there is none of without a network. */
  static final List<String> DIGESTS = List.of("sha256", "sha384", "sha512");

  static final List<String> DH_GROUPS =
      List.of("null", "ffdhe2048", "ffdhe3072", "ffdhe4096", "ffdhe6144", "ffdhe8192");

  static final long TRANSPORT_RETRIES = 4;
}
