package io.vireo.bdev.split;

import io.vireo.bdev.module.Optional;

/**
 * Parameters of bdev_split_create.
 *
 * @param base_bdev what is split
 * @param split_count how many parts; as many as fit when their size is given
 * @param split_size_mb MiB of each part; 0: equal parts of all
 * @param split_size_blocks the same in blocks of the base, for parts of no whole MiB; ours. What is
 *     saved always has a size: parts stay where they are when the base has grown meanwhile
 */
public record SplitCreate(
    String base_bdev,
    int split_count,
    @Optional long split_size_mb,
    @Optional long split_size_blocks) {
  public SplitCreate(String baseBdev, int splitCount, long splitSizeMb) {
    this(baseBdev, splitCount, splitSizeMb, 0);
  }
}
