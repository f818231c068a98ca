package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.nvme.NvmeOptions.LossOptions;
import io.vireo.nvme.Arbitration;
import java.util.Objects;

/** Options as operators write them: checks, what is absent, and back again. */
final class OptionsForm {
  private static final long MAX_POLL_US = 1_000_000;
  private static final long MAX_REQUESTS = 4096;
  private static final long MAX_WEIGHT = 255;
  private static final long MAX_BURST = 7;

  /** A day: nothing that waits so long is waited for. */
  private static final long MAX_US = 86_400_000_000L;

  /** The same day: a controller counts milliseconds in 32 bits (NVMe 5.27.1.12). */
  private static final long MAX_KEEP_ALIVE_MS = 86_400_000;

  private static final long MAX_SEC = 86_400;
  private static final long MAX_RETRIES = Integer.MAX_VALUE;

  private OptionsForm() {}

  /** What is absent stays as it was. */
  static NvmeOptions apply(NvmeSetOptions p, NvmeOptions before) {
    Arbitration weights = before.arbitration();
    return new NvmeOptions(
        Objects.requireNonNullElse(p.action_on_timeout(), before.onTimeout()),
        limited("timeout_us", p.timeout_us(), before.timeoutUs(), 0, MAX_US),
        limited("timeout_admin_us", p.timeout_admin_us(), before.timeoutAdminUs(), 0, MAX_US),
        limited(
            "keep_alive_timeout_ms",
            p.keep_alive_timeout_ms(),
            before.keepAliveMs(),
            0,
            MAX_KEEP_ALIVE_MS),
        limited(
            "nvme_adminq_poll_period_us",
            p.nvme_adminq_poll_period_us(),
            before.adminPollUs(),
            1,
            MAX_POLL_US),
        queueRequests(p.io_queue_requests(), before.queueRequests()),
        Objects.requireNonNullElse(p.delay_cmd_submit(), before.delaySubmit()),
        (int)
            limited("bdev_retry_count", p.bdev_retry_count(), before.retryCount(), -1, MAX_RETRIES),
        loss(
            p.ctrlr_loss_timeout_sec(),
            p.reconnect_delay_sec(),
            p.fast_io_fail_timeout_sec(),
            before.loss()),
        Objects.requireNonNullElse(p.generate_uuids(), before.generateUuids()),
        new Arbitration(
            (int)
                limited("arbitration_burst", p.arbitration_burst(), weights.burst(), 0, MAX_BURST),
            weight("low_priority_weight", p.low_priority_weight(), weights.low()),
            weight("medium_priority_weight", p.medium_priority_weight(), weights.medium()),
            weight("high_priority_weight", p.high_priority_weight(), weights.high())));
  }

  /** The options with what one controller is to have otherwise. */
  static NvmeOptions of(NvmeAttach p, NvmeOptions options) {
    return options.with(
        loss(
            p.ctrlr_loss_timeout_sec(),
            p.reconnect_delay_sec(),
            p.fast_io_fail_timeout_sec(),
            options.loss()));
  }

  private static LossOptions loss(
      Long lossTimeout, Long reconnectDelay, Long fastFail, LossOptions before) {
    LossOptions loss =
        new LossOptions(
            (int)
                limited(
                    "ctrlr_loss_timeout_sec", lossTimeout, before.lossTimeoutSec(), -1, MAX_SEC),
            (int)
                limited(
                    "reconnect_delay_sec", reconnectDelay, before.reconnectDelaySec(), 0, MAX_SEC),
            (int) limited("fast_io_fail_timeout_sec", fastFail, before.fastFailSec(), 0, MAX_SEC));
    requireConsistent(loss);
    return loss;
  }

  /** The field's rules for the three of them. */
  private static void requireConsistent(LossOptions loss) {
    int timeout = loss.lossTimeoutSec();
    int delay = loss.reconnectDelaySec();
    int fast = loss.fastFailSec();
    if (timeout == 0 && (delay != 0 || fast != 0)) {
      throw BdevException.invalid(
          "ctrlr_loss_timeout_sec is 0, so reconnect_delay_sec %d and fast_io_fail_timeout_sec %d"
                  .formatted(delay, fast)
              + " must be 0 too");
    }
    if (timeout != 0 && delay == 0) {
      throw BdevException.invalid(
          "ctrlr_loss_timeout_sec is %d, so reconnect_delay_sec must not be 0".formatted(timeout));
    }
    if (timeout > 0 && (delay > timeout || fast > timeout)) {
      throw BdevException.invalid(
          "reconnect_delay_sec %d and fast_io_fail_timeout_sec %d must not be above"
                  .formatted(delay, fast)
              + " ctrlr_loss_timeout_sec "
              + timeout);
    }
    if (fast > 0 && delay > fast) {
      throw BdevException.invalid(
          "reconnect_delay_sec %d is above fast_io_fail_timeout_sec %d".formatted(delay, fast));
    }
  }

  /** The field saves 0 where nobody asked for a number. */
  private static int queueRequests(Long value, int before) {
    int requests = (int) limited("io_queue_requests", value, before, 0, MAX_REQUESTS);
    return requests == 0 ? NvmeOptions.DEFAULT.queueRequests() : requests;
  }

  private static int weight(String name, Long value, int before) {
    return (int) limited(name, value, before, 0, MAX_WEIGHT);
  }

  private static long limited(String name, Long value, long before, long least, long most) {
    if (value == null) {
      return before;
    }
    if (value < least || value > most) {
      throw BdevException.invalid(
          "%s %d is not between %d and %d".formatted(name, value, least, most));
    }
    return value;
  }

  /** The call that would bring these options about. */
  static NvmeSetOptions parameters(NvmeOptions options) {
    LossOptions loss = options.loss();
    Arbitration weights = options.arbitration();
    return new NvmeSetOptions(
        options.onTimeout(),
        options.timeoutUs(),
        options.timeoutAdminUs(),
        options.keepAliveMs(),
        (long) weights.burst(),
        (long) weights.low(),
        (long) weights.medium(),
        (long) weights.high(),
        options.adminPollUs(),
        0,
        (long) options.queueRequests(),
        options.delaySubmit(),
        NvmeSetOptions.TRANSPORT_RETRIES,
        (long) options.retryCount(),
        0,
        (long) loss.lossTimeoutSec(),
        (long) loss.reconnectDelaySec(),
        (long) loss.fastFailSec(),
        false,
        options.generateUuids(),
        0,
        false,
        0,
        false,
        false,
        0,
        0,
        NvmeSetOptions.DIGESTS,
        NvmeSetOptions.DH_GROUPS,
        false,
        0,
        null,
        null);
  }
}
