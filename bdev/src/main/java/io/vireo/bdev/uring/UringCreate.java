package io.vireo.bdev.uring;

import io.vireo.bdev.module.Optional;
import java.util.UUID;

/**
 * Parameters of bdev_uring_create.
 *
 * @param filename file or block device
 * @param name the bdev's
 * @param block_size bytes; 0 or absent: the device's logical block, 4096 for a file
 * @param uuid random when absent
 */
public record UringCreate(
    String filename, String name, @Optional int block_size, @Optional UUID uuid) {
  /** All else at its default. */
  public UringCreate(String filename, String name) {
    this(filename, name, 0, null);
  }
}
