#include <stdio.h>
#include <stddef.h>
#include <linux/virtio_ring.h>
#include <linux/virtio_blk.h>
#define O(t,f) printf(#t "." #f "=%zu\n", offsetof(struct t,f))
#define S(t) printf(#t "=%zu\n", sizeof(struct t))
#define C(c) printf(#c "=%llu\n", (unsigned long long)(c))
int main(void){
S(vring_desc);O(vring_desc,addr);O(vring_desc,len);O(vring_desc,flags);O(vring_desc,next);
O(vring_avail,flags);O(vring_avail,idx);O(vring_avail,ring);
O(vring_used,flags);O(vring_used,idx);O(vring_used,ring);S(vring_used_elem);O(vring_used_elem,id);O(vring_used_elem,len);
S(virtio_blk_outhdr);O(virtio_blk_outhdr,type);O(virtio_blk_outhdr,ioprio);O(virtio_blk_outhdr,sector);
S(virtio_blk_discard_write_zeroes);O(virtio_blk_discard_write_zeroes,sector);O(virtio_blk_discard_write_zeroes,num_sectors);O(virtio_blk_discard_write_zeroes,flags);
O(virtio_blk_config,capacity);O(virtio_blk_config,size_max);O(virtio_blk_config,seg_max);O(virtio_blk_config,geometry);O(virtio_blk_config,blk_size);
O(virtio_blk_config,physical_block_exp);O(virtio_blk_config,alignment_offset);O(virtio_blk_config,min_io_size);O(virtio_blk_config,opt_io_size);O(virtio_blk_config,wce);O(virtio_blk_config,num_queues);O(virtio_blk_config,max_discard_sectors);O(virtio_blk_config,max_discard_seg);O(virtio_blk_config,discard_sector_alignment);O(virtio_blk_config,max_write_zeroes_sectors);O(virtio_blk_config,max_write_zeroes_seg);O(virtio_blk_config,write_zeroes_may_unmap);O(virtio_blk_config,unused1);
C(VRING_DESC_F_NEXT);C(VRING_DESC_F_WRITE);C(VRING_DESC_F_INDIRECT);C(VRING_USED_F_NO_NOTIFY);C(VRING_AVAIL_F_NO_INTERRUPT);
C(VIRTIO_RING_F_INDIRECT_DESC);C(VIRTIO_RING_F_EVENT_IDX);C(VIRTIO_F_VERSION_1);C(VIRTIO_F_ANY_LAYOUT);
C(VIRTIO_BLK_F_SIZE_MAX);C(VIRTIO_BLK_F_SEG_MAX);C(VIRTIO_BLK_F_RO);C(VIRTIO_BLK_F_BLK_SIZE);C(VIRTIO_BLK_F_FLUSH);C(VIRTIO_BLK_F_TOPOLOGY);C(VIRTIO_BLK_F_CONFIG_WCE);C(VIRTIO_BLK_F_MQ);C(VIRTIO_BLK_F_DISCARD);C(VIRTIO_BLK_F_WRITE_ZEROES);
C(VIRTIO_BLK_T_IN);C(VIRTIO_BLK_T_OUT);C(VIRTIO_BLK_T_FLUSH);C(VIRTIO_BLK_T_GET_ID);C(VIRTIO_BLK_T_DISCARD);C(VIRTIO_BLK_T_WRITE_ZEROES);C(VIRTIO_BLK_ID_BYTES);C(VIRTIO_BLK_S_OK);C(VIRTIO_BLK_S_IOERR);C(VIRTIO_BLK_S_UNSUPP);C(VIRTIO_BLK_WRITE_ZEROES_FLAG_UNMAP);
/* vring_init over an aligned block, for the places of used_event and avail_event */
static char mem[1<<20] __attribute__((aligned(4096))); struct vring v; 
for (unsigned n=1;n<=32768;n=n==1?256:n*128){vring_init(&v,n,mem,4);
printf("avail_bytes[%u]=%zu\n",n,(size_t)((char*)&vring_used_event(&v)+2-(char*)v.avail));
printf("used_bytes[%u]=%zu\n",n,(size_t)((char*)&vring_avail_event(&v)+2-(char*)v.used));}
int bad=0; return bad;}
