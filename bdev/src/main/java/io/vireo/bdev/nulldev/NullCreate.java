package io.vireo.bdev.nulldev;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.module.Later;
import io.vireo.bdev.module.Optional;
import java.util.UUID;

/**
 * Parameters of bdev_null_create.
 *
 * @param name the bdev's
 * @param block_size bytes; a power of two, at least 512
 * @param num_blocks size in blocks
 * @param uuid random when absent
 * @param physical_block_size bytes; that of a block when 0
 * @param md_size metadata of a block in bytes
 * @param dif_type type of protection information
 * @param dif_pi_format format of protection information
 * @param dif_is_head_of_md protection information comes first in the metadata
 * @param preferred_write_granularity blocks, as all below; hints
 * @param preferred_write_alignment start of a good write
 * @param optimal_write_size length of the best write
 * @param preferred_unmap_granularity unit of a good unmap
 * @param preferred_unmap_alignment start of a good unmap
 */
public record NullCreate(
    String name,
    int block_size,
    long num_blocks,
    @Optional UUID uuid,
    @Optional int physical_block_size,
    @Optional @Later int md_size,
    @Optional @Later int dif_type,
    @Optional @Later int dif_pi_format,
    @Optional @Later boolean dif_is_head_of_md,
    @Optional int preferred_write_granularity,
    @Optional int preferred_write_alignment,
    @Optional int optimal_write_size,
    @Optional int preferred_unmap_granularity,
    @Optional int preferred_unmap_alignment) {
  /** All else at its default. */
  public NullCreate(String name, int block_size, long num_blocks) {
    this(name, block_size, num_blocks, null, 0, 0, 0, 0, false, 0, 0, 0, 0, 0);
  }

  BdevGeometry geometry() {
    return new BdevGeometry(
        block_size,
        physical_block_size == 0 ? block_size : physical_block_size,
        0,
        preferred_write_alignment,
        preferred_write_granularity,
        optimal_write_size,
        preferred_unmap_alignment,
        preferred_unmap_granularity);
  }

  static NullCreate of(Bdev bdev) {
    BdevGeometry geometry = bdev.geometry();
    return new NullCreate(
        bdev.name(),
        geometry.blockBytes(),
        bdev.blocks(),
        bdev.uuid(),
        geometry.physicalBlockBytes(),
        0,
        0,
        0,
        false,
        geometry.preferredWriteGranularityBlocks(),
        geometry.preferredWriteAlignmentBlocks(),
        geometry.optimalWriteBlocks(),
        geometry.preferredUnmapGranularityBlocks(),
        geometry.preferredUnmapAlignmentBlocks());
  }
}
