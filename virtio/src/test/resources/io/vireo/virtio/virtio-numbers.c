/*
 * Prints the offsets, sizes and constants that virtio-numbers.txt records:
 *   cc -Wall -o numbers virtio-numbers.c && ./numbers > virtio-numbers.txt
 * (linux/virtio_ring.h and linux/virtio_blk.h of Linux 6.1.)
 */
#include <stddef.h>
#include <stdio.h>
#include <linux/virtio_blk.h>
#include <linux/virtio_ring.h>

#define OFFSET(t, f) printf(#t "." #f "=%zu\n", offsetof(struct t, f))
#define SIZE(t) printf(#t "=%zu\n", sizeof(struct t))
#define CONSTANT(c) printf(#c "=%llu\n", (unsigned long long)(c))

int main(void) {
  static char memory[1 << 21] __attribute__((aligned(4096)));

  SIZE(vring_desc);
  OFFSET(vring_desc, addr);
  OFFSET(vring_desc, len);
  OFFSET(vring_desc, flags);
  OFFSET(vring_desc, next);
  OFFSET(vring_avail, flags);
  OFFSET(vring_avail, idx);
  OFFSET(vring_avail, ring);
  OFFSET(vring_used, flags);
  OFFSET(vring_used, idx);
  OFFSET(vring_used, ring);
  SIZE(vring_used_elem);
  OFFSET(vring_used_elem, id);
  OFFSET(vring_used_elem, len);
  SIZE(virtio_blk_outhdr);
  OFFSET(virtio_blk_outhdr, type);
  OFFSET(virtio_blk_outhdr, ioprio);
  OFFSET(virtio_blk_outhdr, sector);
  SIZE(virtio_blk_discard_write_zeroes);
  OFFSET(virtio_blk_discard_write_zeroes, sector);
  OFFSET(virtio_blk_discard_write_zeroes, num_sectors);
  OFFSET(virtio_blk_discard_write_zeroes, flags);
  OFFSET(virtio_blk_config, capacity);
  OFFSET(virtio_blk_config, size_max);
  OFFSET(virtio_blk_config, seg_max);
  OFFSET(virtio_blk_config, blk_size);
  OFFSET(virtio_blk_config, physical_block_exp);
  OFFSET(virtio_blk_config, min_io_size);
  OFFSET(virtio_blk_config, opt_io_size);
  OFFSET(virtio_blk_config, wce);
  OFFSET(virtio_blk_config, num_queues);
  OFFSET(virtio_blk_config, max_discard_sectors);
  OFFSET(virtio_blk_config, max_discard_seg);
  OFFSET(virtio_blk_config, discard_sector_alignment);
  OFFSET(virtio_blk_config, max_write_zeroes_sectors);
  OFFSET(virtio_blk_config, max_write_zeroes_seg);
  OFFSET(virtio_blk_config, write_zeroes_may_unmap);
  CONSTANT(VRING_DESC_F_NEXT);
  CONSTANT(VRING_DESC_F_WRITE);
  CONSTANT(VRING_DESC_F_INDIRECT);
  CONSTANT(VRING_USED_F_NO_NOTIFY);
  CONSTANT(VRING_AVAIL_F_NO_INTERRUPT);
  CONSTANT(VIRTIO_F_ANY_LAYOUT);
  CONSTANT(VIRTIO_RING_F_INDIRECT_DESC);
  CONSTANT(VIRTIO_RING_F_EVENT_IDX);
  CONSTANT(VIRTIO_F_VERSION_1);
  CONSTANT(VIRTIO_BLK_F_SIZE_MAX);
  CONSTANT(VIRTIO_BLK_F_SEG_MAX);
  CONSTANT(VIRTIO_BLK_F_RO);
  CONSTANT(VIRTIO_BLK_F_BLK_SIZE);
  CONSTANT(VIRTIO_BLK_F_FLUSH);
  CONSTANT(VIRTIO_BLK_F_TOPOLOGY);
  CONSTANT(VIRTIO_BLK_F_CONFIG_WCE);
  CONSTANT(VIRTIO_BLK_F_MQ);
  CONSTANT(VIRTIO_BLK_F_DISCARD);
  CONSTANT(VIRTIO_BLK_F_WRITE_ZEROES);
  CONSTANT(VIRTIO_BLK_T_IN);
  CONSTANT(VIRTIO_BLK_T_OUT);
  CONSTANT(VIRTIO_BLK_T_FLUSH);
  CONSTANT(VIRTIO_BLK_T_GET_ID);
  CONSTANT(VIRTIO_BLK_T_DISCARD);
  CONSTANT(VIRTIO_BLK_T_WRITE_ZEROES);
  CONSTANT(VIRTIO_BLK_ID_BYTES);
  CONSTANT(VIRTIO_BLK_S_OK);
  CONSTANT(VIRTIO_BLK_S_IOERR);
  CONSTANT(VIRTIO_BLK_S_UNSUPP);
  CONSTANT(VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP);

  for (unsigned size = 1; size <= 32768; size *= 2) {
    struct vring ring;
    vring_init(&ring, size, memory, 4);
    printf("avail.used_event[%u]=%td\n", size, (char *)&vring_used_event(&ring) - (char *)ring.avail);
    printf("used.avail_event[%u]=%td\n", size, (char *)&vring_avail_event(&ring) - (char *)ring.used);
  }
  return 0;
}
