package io.vireo.bdev.uring;

import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Optional;
import java.util.UUID;

/**
 * Parameters of bdev_aio_create.
 *
 * @param name the bdev's
 * @param filename file or block device
 * @param block_size bytes; 0 or absent: the device's logical block, 4096 for a file
 * @param readonly refuses writes, also when the file would take them
 * @param fallocate whether UNMAP gives space back, and zeroes are written by giving it back where
 *     that may be; without it all of a file stays allocated
 * @param uuid random when absent
 * @param nowait has no meaning here: no request makes a reactor wait
 */
public record AioCreate(
    String name,
    String filename,
    @Optional int block_size,
    @Optional boolean readonly,
    @Optional boolean fallocate,
    @Optional UUID uuid,
    @Optional @Later boolean nowait) {

  AioCreate withUuid(UUID other) {
    return new AioCreate(name, filename, block_size, readonly, fallocate, other, nowait);
  }
}
