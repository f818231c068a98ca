package io.vireo.virtio.blk;

import io.vireo.virtio.queue.PollPacer;
import io.vireo.virtio.queue.SplitQueue;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * How a bdev is shown to drivers.
 *
 * @param serial the ID string, up to {@value BlkType#ID_BYTES} printable ASCII characters; null:
 *     the bdev's name, cut off there
 * @param readOnly refuses writes, also when the bdev would take them
 * @param queues request queues, 1 to {@value #MAX_QUEUES}
 * @param queueSize largest size of a queue, a power of two
 * @param pollPauseNs how long a queue leaves its ring alone after a lap that took requests, at most
 *     {@value PollPacer#MAX_FIXED_NS}; {@link #ADAPTIVE_PAUSE}: as long as gains something
 */
public record BlkOptions(
    String serial, boolean readOnly, int queues, int queueSize, int pollPauseNs) {
  /** The pause between polls adapts by itself. */
  public static final int ADAPTIVE_PAUSE = -1;

  /** As many as vhost-user can number. */
  public static final int MAX_QUEUES = 256;

  /**
   * As many queues as a front-end may want, for QEMU wants one for each virtual CPU and gives up on
   * a disk with fewer; each of up to 1024, the most that QEMU and cloud-hypervisor ask for.
   */
  public static final BlkOptions DEFAULT =
      new BlkOptions(null, false, MAX_QUEUES, 1024, ADAPTIVE_PAUSE);

  /**
   * @throws IllegalArgumentException for a value that cannot be, in one sentence
   */
  public BlkOptions {
    if (serial != null && serial.length() > BlkType.ID_BYTES) {
      throw new IllegalArgumentException(
          "serial %s has %d characters, more than %d"
              .formatted(serial, serial.length(), BlkType.ID_BYTES));
    }
    if (serial != null && !serial.chars().allMatch(c -> c >= ' ' && c <= '~')) {
      throw new IllegalArgumentException(
          "serial %s has characters other than printable ASCII".formatted(serial));
    }
    if (queues < 1 || queues > MAX_QUEUES) {
      throw new IllegalArgumentException(
          "number of queues %d is not between 1 and %d".formatted(queues, MAX_QUEUES));
    }
    SplitQueue.requireSize(queueSize);
    if (pollPauseNs < ADAPTIVE_PAUSE || pollPauseNs > PollPacer.MAX_FIXED_NS) {
      throw new IllegalArgumentException(
          "pause of %d ns is not between 0 and %d".formatted(pollPauseNs, PollPacer.MAX_FIXED_NS));
    }
  }

  /** The same with another serial. */
  public BlkOptions serial(String other) {
    return new BlkOptions(other, readOnly, queues, queueSize, pollPauseNs);
  }

  /** The same, but read-only or not. */
  public BlkOptions readOnly(boolean on) {
    return new BlkOptions(serial, on, queues, queueSize, pollPauseNs);
  }

  /** The same with another number of queues. */
  public BlkOptions queues(int count) {
    return new BlkOptions(serial, readOnly, count, queueSize, pollPauseNs);
  }

  /** The same with another largest size of queues. */
  public BlkOptions queueSize(int size) {
    return new BlkOptions(serial, readOnly, queues, size, pollPauseNs);
  }

  /** The same with another pause between polls. */
  public BlkOptions pollPauseNs(int ns) {
    return new BlkOptions(serial, readOnly, queues, queueSize, ns);
  }

  /** For one queue. */
  PollPacer pacer() {
    return pollPauseNs == ADAPTIVE_PAUSE ? PollPacer.adaptive() : PollPacer.fixed(pollPauseNs);
  }

  /** The ID string of a disk over the bdev of that name, NUL-padded (virtio 1.3, 5.2.6). */
  byte[] id(String bdevName) {
    byte[] text = (serial == null ? bdevName : serial).getBytes(StandardCharsets.US_ASCII);
    return Arrays.copyOf(text, BlkType.ID_BYTES);
  }
}
