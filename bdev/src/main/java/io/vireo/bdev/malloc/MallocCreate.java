package io.vireo.bdev.malloc;

import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Optional;
import java.util.UUID;

/**
 * Parameters of bdev_malloc_create.
 *
 * @param name Malloc0, Malloc1, ... when absent
 * @param block_size bytes; a power of two, at least 512
 * @param num_blocks size in blocks
 * @param uuid random when absent
 * @param optimal_io_boundary blocks; a hint
 * @param md_size metadata of a block in bytes
 * @param md_interleave metadata lie between the blocks
 * @param dif_type type of protection information
 * @param dif_is_head_of_md protection information comes first in the metadata
 * @param physical_block_size bytes; that of a block when 0
 * @param dif_pi_format format of protection information
 * @param numa_id the node where its memory is wanted, if possible; -1 for any
 */
public record MallocCreate(
    @Optional String name,
    int block_size,
    long num_blocks,
    @Optional UUID uuid,
    @Optional int optimal_io_boundary,
    @Optional @Later int md_size,
    @Optional @Later boolean md_interleave,
    @Optional @Later int dif_type,
    @Optional @Later boolean dif_is_head_of_md,
    @Optional int physical_block_size,
    @Optional @Later int dif_pi_format,
    @Optional("-1") int numa_id) {
  /** All else at its default. */
  public MallocCreate(String name, int block_size, long num_blocks) {
    this(name, block_size, num_blocks, null, 0, 0, false, 0, false, 0, 0, -1);
  }

  static MallocCreate of(MallocBdev bdev) {
    return new MallocCreate(
        bdev.name(),
        bdev.blockBytes(),
        bdev.blocks(),
        bdev.uuid(),
        bdev.geometry().optimalIoBoundaryBlocks(),
        0,
        false,
        0,
        false,
        bdev.geometry().physicalBlockBytes(),
        0,
        bdev.numaNode());
  }
}
