/*
 * Prints every number of Linux that the classes of this module name, as the C headers have them:
 *
 *   gcc -o /tmp/constants constants.c && /tmp/constants > constants.txt
 *
 * ConstantsTest compares constants.txt with the classes, in both directions.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <linux/aio_abi.h>
#include <linux/fs.h>
#include <linux/io_uring.h>
#include <linux/magic.h>
#include <linux/memfd.h>
#include <linux/mempolicy.h>
#include <linux/mman.h>
#include <linux/prctl.h>
#include <linux/netlink.h>
#include <linux/pci_regs.h>
#include <linux/stat.h>
#include <linux/vfio.h>
#include <linux/falloc.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/vfs.h>
#include <termios.h>
#include <unistd.h>

#define NUMBER(class, name, value) printf(#class "." #name " %lld\n", (long long)(int)(value))
#define SAME(class, name) printf(#class "." #name " %lld\n", (long long)(int)(name))

int main(void) {
  NUMBER(Syscall, READ, SYS_read);
  NUMBER(Syscall, WRITE, SYS_write);
  NUMBER(Syscall, CLOSE, SYS_close);
  NUMBER(Syscall, POLL, SYS_poll);
  NUMBER(Syscall, MMAP, SYS_mmap);
  NUMBER(Syscall, MPROTECT, SYS_mprotect);
  NUMBER(Syscall, MUNMAP, SYS_munmap);
  NUMBER(Syscall, IOCTL, SYS_ioctl);
  NUMBER(Syscall, PREAD64, SYS_pread64);
  NUMBER(Syscall, PWRITE64, SYS_pwrite64);
  NUMBER(Syscall, MADVISE, SYS_madvise);
  NUMBER(Syscall, SOCKET, SYS_socket);
  NUMBER(Syscall, CONNECT, SYS_connect);
  NUMBER(Syscall, GETPID, SYS_getpid);
  NUMBER(Syscall, SENDTO, SYS_sendto);
  NUMBER(Syscall, RECVFROM, SYS_recvfrom);
  NUMBER(Syscall, SENDMSG, SYS_sendmsg);
  NUMBER(Syscall, RECVMSG, SYS_recvmsg);
  NUMBER(Syscall, BIND, SYS_bind);
  NUMBER(Syscall, LISTEN, SYS_listen);
  NUMBER(Syscall, GETPEERNAME, SYS_getpeername);
  NUMBER(Syscall, SOCKETPAIR, SYS_socketpair);
  NUMBER(Syscall, SETSOCKOPT, SYS_setsockopt);
  NUMBER(Syscall, GETSOCKOPT, SYS_getsockopt);
  NUMBER(Syscall, KILL, SYS_kill);
  NUMBER(Syscall, FCNTL, SYS_fcntl);
  NUMBER(Syscall, FLOCK, SYS_flock);
  NUMBER(Syscall, FSYNC, SYS_fsync);
  NUMBER(Syscall, FDATASYNC, SYS_fdatasync);
  NUMBER(Syscall, FTRUNCATE, SYS_ftruncate);
  NUMBER(Syscall, FCHMOD, SYS_fchmod);
  NUMBER(Syscall, GETPGRP, SYS_getpgrp);
  NUMBER(Syscall, FSTATFS, SYS_fstatfs);
  NUMBER(Syscall, PRCTL, SYS_prctl);
  NUMBER(Syscall, GETTID, SYS_gettid);
  NUMBER(Syscall, SCHED_SETAFFINITY, SYS_sched_setaffinity);
  NUMBER(Syscall, SCHED_GETAFFINITY, SYS_sched_getaffinity);
  NUMBER(Syscall, IO_SETUP, SYS_io_setup);
  NUMBER(Syscall, IO_GETEVENTS, SYS_io_getevents);
  NUMBER(Syscall, IO_SUBMIT, SYS_io_submit);
  NUMBER(Syscall, TGKILL, SYS_tgkill);
  NUMBER(Syscall, EPOLL_WAIT, SYS_epoll_wait);
  NUMBER(Syscall, EPOLL_CTL, SYS_epoll_ctl);
  NUMBER(Syscall, MBIND, SYS_mbind);
  NUMBER(Syscall, OPENAT, SYS_openat);
  NUMBER(Syscall, READLINKAT, SYS_readlinkat);
  NUMBER(Syscall, FCHMODAT, SYS_fchmodat);
  NUMBER(Syscall, FALLOCATE, SYS_fallocate);
  NUMBER(Syscall, ACCEPT4, SYS_accept4);
  NUMBER(Syscall, EVENTFD2, SYS_eventfd2);
  NUMBER(Syscall, EPOLL_CREATE1, SYS_epoll_create1);
  NUMBER(Syscall, PRLIMIT64, SYS_prlimit64);
  NUMBER(Syscall, GETCPU, SYS_getcpu);
  NUMBER(Syscall, MEMFD_CREATE, SYS_memfd_create);
  NUMBER(Syscall, STATX, SYS_statx);
  NUMBER(Syscall, IO_URING_SETUP, SYS_io_uring_setup);
  NUMBER(Syscall, IO_URING_ENTER, SYS_io_uring_enter);
  NUMBER(Syscall, IO_URING_REGISTER, SYS_io_uring_register);

  SAME(Signals, SIGHUP);
  SAME(Signals, SIGINT);
  SAME(Signals, SIGQUIT);
  SAME(Signals, SIGKILL);
  SAME(Signals, SIGUSR1);
  SAME(Signals, SIGTERM);

  SAME(Errno, EPERM);
  SAME(Errno, ENOENT);
  SAME(Errno, ESRCH);
  SAME(Errno, EINTR);
  SAME(Errno, EIO);
  SAME(Errno, ENXIO);
  SAME(Errno, EBADF);
  SAME(Errno, EAGAIN);
  SAME(Errno, ENOMEM);
  SAME(Errno, EACCES);
  SAME(Errno, EFAULT);
  SAME(Errno, EBUSY);
  SAME(Errno, EEXIST);
  SAME(Errno, ENODEV);
  SAME(Errno, EINVAL);
  SAME(Errno, EMFILE);
  SAME(Errno, ENOTTY);
  SAME(Errno, EFBIG);
  SAME(Errno, ENOSPC);
  SAME(Errno, EROFS);
  SAME(Errno, EPIPE);
  SAME(Errno, ENAMETOOLONG);
  SAME(Errno, ENOSYS);
  SAME(Errno, EOVERFLOW);
  SAME(Errno, ENOTSOCK);
  SAME(Errno, ETIME);
  SAME(Errno, EOPNOTSUPP);
  SAME(Errno, EADDRINUSE);
  SAME(Errno, ENOTCONN);
  SAME(Errno, ECONNRESET);
  SAME(Errno, ENOBUFS);
  SAME(Errno, ETIMEDOUT);
  SAME(Errno, ECONNREFUSED);
  SAME(Errno, EALREADY);
  SAME(Errno, EDQUOT);
  SAME(Errno, ECANCELED);

  SAME(Libc, O_RDONLY);
  SAME(Libc, O_WRONLY);
  SAME(Libc, O_RDWR);
  SAME(Libc, O_CREAT);
  SAME(Libc, O_EXCL);
  SAME(Libc, O_TRUNC);
  SAME(Libc, O_NONBLOCK);
  SAME(Libc, O_DSYNC);
  SAME(Libc, O_DIRECT);
  SAME(Libc, O_NOFOLLOW);
  SAME(Libc, O_CLOEXEC);
  SAME(Libc, PROT_NONE);
  SAME(Libc, PROT_READ);
  SAME(Libc, PROT_WRITE);
  SAME(Libc, MAP_SHARED);
  SAME(Libc, MAP_PRIVATE);
  SAME(Libc, MAP_FIXED);
  SAME(Libc, MAP_ANONYMOUS);
  SAME(Libc, MAP_NORESERVE);
  SAME(Libc, MAP_POPULATE);
  SAME(Libc, MAP_HUGETLB);
  SAME(Libc, MAP_HUGE_2MB);
  SAME(Numa, MPOL_PREFERRED);
  NUMBER(Numa, ANY_NODE, -1);    /* NUMA_NO_NODE, in no header for programs */
  NUMBER(Numa, MAX_NODES, 1024); /* MAX_NUMNODES with the largest CONFIG_NODES_SHIFT */

  SAME(Libc, MADV_DONTNEED);
  SAME(Libc, MADV_REMOVE);
  SAME(Libc, MADV_HUGEPAGE);
  SAME(Libc, MADV_DONTDUMP);
  SAME(Libc, MADV_POPULATE_WRITE);
  SAME(Libc, MFD_CLOEXEC);
  SAME(Libc, MFD_ALLOW_SEALING);
  SAME(Libc, MFD_HUGETLB);
  SAME(Libc, FALLOC_FL_KEEP_SIZE);
  SAME(Libc, FALLOC_FL_PUNCH_HOLE);
  SAME(Libc, FALLOC_FL_ZERO_RANGE);
  SAME(Libc, SOCK_STREAM);
  SAME(Libc, SOCK_DGRAM);
  SAME(Libc, SOCK_SEQPACKET);
  SAME(Libc, MSG_DONTWAIT);
  SAME(Libc, MSG_NOSIGNAL);
  SAME(Libc, POLLIN);
  SAME(Libc, POLLOUT);
  SAME(Libc, POLLERR);
  SAME(Libc, POLLHUP);
  SAME(Libc, POLLNVAL);
  SAME(Libc, AT_FDCWD);
  SAME(Libc, AF_UNIX);
  SAME(Libc, SOCK_CLOEXEC);
  SAME(Libc, LOCK_EX);
  SAME(Libc, LOCK_NB);
  SAME(Libc, F_GETFL);
  SAME(Libc, F_SETFL);
  SAME(Libc, F_DUPFD_CLOEXEC);
  SAME(Libc, PR_SET_VMA);
  SAME(Libc, PR_SET_VMA_ANON_NAME);
  NUMBER(Libc, POLLFD_BYTES, sizeof(struct pollfd));

  SAME(EventFd, EFD_NONBLOCK);
  SAME(EventFd, EFD_CLOEXEC);

  NUMBER(AioSignal, OPCODE, offsetof(struct iocb, aio_lio_opcode));
  NUMBER(AioSignal, FD, offsetof(struct iocb, aio_fildes));
  NUMBER(AioSignal, FLAGS, offsetof(struct iocb, aio_flags));
  NUMBER(AioSignal, EVENT_FD, offsetof(struct iocb, aio_resfd));
  NUMBER(AioSignal, IOCB_BYTES, sizeof(struct iocb));
  NUMBER(AioSignal, IO_EVENT_BYTES, sizeof(struct io_event));
  SAME(AioSignal, IOCB_CMD_PREAD);
  SAME(AioSignal, IOCB_FLAG_RESFD);

  SAME(Epoll, EPOLLIN);
  SAME(Epoll, EPOLLOUT);
  SAME(Epoll, EPOLLERR);
  SAME(Epoll, EPOLLHUP);
  SAME(Epoll, EPOLLET);
  SAME(Epoll, EPOLL_CLOEXEC);
  SAME(Epoll, EPOLL_CTL_ADD);
  SAME(Epoll, EPOLL_CTL_DEL);
  NUMBER(Epoll, EVENT_BYTES, sizeof(struct epoll_event));
  NUMBER(Epoll, EVENT_DATA, offsetof(struct epoll_event, data));

  NUMBER(UnixSocket, MAX_PATH_BYTES, sizeof(((struct sockaddr_un *)0)->sun_path) - 1);
  NUMBER(UnixSocket, MAX_FDS, 253); /* SCM_MAX_FD of unix(7), in no header for programs */
  SAME(UnixSocket, SOCK_NONBLOCK);
  SAME(UnixSocket, SOL_SOCKET);
  SAME(UnixSocket, SCM_RIGHTS);
  SAME(UnixSocket, MSG_CMSG_CLOEXEC);
  SAME(SocketKind, SO_TYPE);
  SAME(SocketKind, SO_ACCEPTCONN);
  SAME(SocketKind, SO_DOMAIN);
  SAME(OfdLocks, F_OFD_GETLK);
  SAME(OfdLocks, F_OFD_SETLK);
  SAME(OfdLocks, F_RDLCK);
  SAME(OfdLocks, F_WRLCK);
  SAME(OfdLocks, F_UNLCK);
  NUMBER(OfdLocks, FLOCK_BYTES, sizeof(struct flock));
  NUMBER(OfdLocks, START, offsetof(struct flock, l_start));
  NUMBER(OfdLocks, LENGTH, offsetof(struct flock, l_len));
  NUMBER(SocketMessage, MAX_BYTES, 4096); /* ours */
  NUMBER(SocketMessage, MSG_IOV, offsetof(struct msghdr, msg_iov));
  NUMBER(SocketMessage, MSG_IOV_COUNT, offsetof(struct msghdr, msg_iovlen));
  NUMBER(SocketMessage, MSG_CONTROL, offsetof(struct msghdr, msg_control));
  NUMBER(SocketMessage, MSG_CONTROL_BYTES, offsetof(struct msghdr, msg_controllen));
  NUMBER(SocketMessage, MSGHDR_BYTES, sizeof(struct msghdr));
  NUMBER(SocketMessage, IOV_BYTES, sizeof(struct iovec));
  NUMBER(SocketMessage, CMSG_LEVEL, offsetof(struct cmsghdr, cmsg_level));
  NUMBER(SocketMessage, CMSG_TYPE, offsetof(struct cmsghdr, cmsg_type));
  NUMBER(SocketMessage, CMSGHDR_BYTES, sizeof(struct cmsghdr));
  SAME(FileStat, S_IFMT);
  SAME(FileStat, S_IFREG);
  SAME(FileStat, S_IFBLK);
  SAME(FileStat, S_IFSOCK);
  SAME(FileStat, AT_EMPTY_PATH);
  SAME(FileStat, STATX_BASIC_STATS);
  SAME(FileStat, STATX_DIOALIGN);
  NUMBER(FileStat, STATX_BYTES, sizeof(struct statx));
  NUMBER(FileStat, STX_MASK, offsetof(struct statx, stx_mask));
  NUMBER(FileStat, STX_MODE, offsetof(struct statx, stx_mode));
  NUMBER(FileStat, STX_INO, offsetof(struct statx, stx_ino));
  NUMBER(FileStat, STX_SIZE, offsetof(struct statx, stx_size));
  NUMBER(FileStat, STX_BLOCKS, offsetof(struct statx, stx_blocks));
  NUMBER(FileStat, STX_RDEV_MAJOR, offsetof(struct statx, stx_rdev_major));
  NUMBER(FileStat, STX_RDEV_MINOR, offsetof(struct statx, stx_rdev_minor));
  NUMBER(FileStat, STX_DEV_MAJOR, offsetof(struct statx, stx_dev_major));
  NUMBER(FileStat, STX_DEV_MINOR, offsetof(struct statx, stx_dev_minor));
  NUMBER(FileStat, STX_DIO_MEM_ALIGN, offsetof(struct statx, stx_dio_mem_align));
  NUMBER(FileStat, STX_DIO_OFFSET_ALIGN, offsetof(struct statx, stx_dio_offset_align));

  SAME(BlockDevice, BLKROGET);
  SAME(BlockDevice, BLKSSZGET);
  SAME(BlockDevice, BLKIOOPT);
  SAME(BlockDevice, BLKPBSZGET);
  SAME(BlockDevice, BLKGETSIZE64);

  SAME(FileSystem, TMPFS_MAGIC);
  SAME(FileSystem, HUGETLBFS_MAGIC);
  SAME(FileSystem, EXT4_SUPER_MAGIC);
  SAME(FileSystem, XFS_SUPER_MAGIC);
  SAME(FileSystem, BTRFS_SUPER_MAGIC);
  NUMBER(FileSystem, STATFS_BYTES, sizeof(struct statfs));
  NUMBER(FileSystem, F_TYPE, offsetof(struct statfs, f_type));
  NUMBER(FileSystem, F_BSIZE, offsetof(struct statfs, f_bsize));

  NUMBER(Platform, PARAMS_BYTES, sizeof(struct io_uring_params));

  NUMBER(uring.Sqe, BYTES, sizeof(struct io_uring_sqe));
  NUMBER(uring.Sqe, OPCODE, offsetof(struct io_uring_sqe, opcode));
  NUMBER(uring.Sqe, FD, offsetof(struct io_uring_sqe, fd));
  NUMBER(uring.Sqe, OFF, offsetof(struct io_uring_sqe, off));
  NUMBER(uring.Sqe, ADDR, offsetof(struct io_uring_sqe, addr));
  NUMBER(uring.Sqe, LEN, offsetof(struct io_uring_sqe, len));
  NUMBER(uring.Sqe, RW_FLAGS, offsetof(struct io_uring_sqe, rw_flags));
  NUMBER(uring.Sqe, USER_DATA, offsetof(struct io_uring_sqe, user_data));
  SAME(uring.Sqe, IORING_OP_NOP);
  SAME(uring.Sqe, IORING_OP_READV);
  SAME(uring.Sqe, IORING_OP_WRITEV);
  SAME(uring.Sqe, IORING_OP_FSYNC);
  SAME(uring.Sqe, IORING_OP_POLL_ADD);
  SAME(uring.Sqe, IORING_OP_ASYNC_CANCEL);
  SAME(uring.Sqe, IORING_OP_FALLOCATE);
  SAME(uring.Sqe, IORING_OP_READ);
  SAME(uring.Sqe, IORING_OP_WRITE);
  SAME(uring.Sqe, RWF_DSYNC);
  SAME(uring.Sqe, IORING_FSYNC_DATASYNC);

  SAME(uring.RingMemory, IORING_SETUP_CQSIZE);
  SAME(uring.RingMemory, IORING_SETUP_SUBMIT_ALL);
  SAME(uring.RingMemory, IORING_SETUP_COOP_TASKRUN);
  SAME(uring.RingMemory, IORING_SETUP_TASKRUN_FLAG);
  SAME(uring.RingMemory, IORING_SETUP_SINGLE_ISSUER);
  SAME(uring.RingMemory, IORING_OFF_SQ_RING);
  SAME(uring.RingMemory, IORING_OFF_SQES);
  NUMBER(uring.RingMemory, PARAMS_BYTES, sizeof(struct io_uring_params));
  NUMBER(uring.RingMemory, SQ_ENTRIES, offsetof(struct io_uring_params, sq_entries));
  NUMBER(uring.RingMemory, CQ_ENTRIES, offsetof(struct io_uring_params, cq_entries));
  NUMBER(uring.RingMemory, SETUP_FLAGS, offsetof(struct io_uring_params, flags));
  NUMBER(uring.RingMemory, SQ_OFF_HEAD, offsetof(struct io_uring_params, sq_off.head));
  NUMBER(uring.RingMemory, SQ_OFF_TAIL, offsetof(struct io_uring_params, sq_off.tail));
  NUMBER(uring.RingMemory, SQ_OFF_FLAGS, offsetof(struct io_uring_params, sq_off.flags));
  NUMBER(uring.RingMemory, SQ_OFF_ARRAY, offsetof(struct io_uring_params, sq_off.array));
  NUMBER(uring.RingMemory, CQ_OFF_HEAD, offsetof(struct io_uring_params, cq_off.head));
  NUMBER(uring.RingMemory, CQ_OFF_TAIL, offsetof(struct io_uring_params, cq_off.tail));
  NUMBER(uring.RingMemory, CQ_OFF_CQES, offsetof(struct io_uring_params, cq_off.cqes));

  SAME(uring.SubmissionQueue, IORING_SQ_CQ_OVERFLOW);
  SAME(uring.SubmissionQueue, IORING_SQ_TASKRUN);

  NUMBER(uring.CompletionQueue, CQE_BYTES, sizeof(struct io_uring_cqe));
  NUMBER(uring.CompletionQueue, USER_DATA, offsetof(struct io_uring_cqe, user_data));
  NUMBER(uring.CompletionQueue, RES, offsetof(struct io_uring_cqe, res));

  SAME(uring.IoUring, IORING_ENTER_GETEVENTS);
  SAME(uring.IoUring, IORING_REGISTER_PROBE);
  NUMBER(uring.IoUring, PROBE_BYTES, sizeof(struct io_uring_probe));
  NUMBER(uring.IoUring, PROBE_OPS_LEN, offsetof(struct io_uring_probe, ops_len));
  NUMBER(uring.IoUring, PROBE_OP_BYTES, sizeof(struct io_uring_probe_op));
  NUMBER(uring.IoUring, PROBE_OP_FLAGS, offsetof(struct io_uring_probe_op, flags));
  SAME(uring.IoUring, IO_URING_OP_SUPPORTED);

  SAME(LockedMemory, RLIMIT_MEMLOCK);
  NUMBER(LockedMemory, RLIMIT_BYTES, sizeof(struct rlimit));
  NUMBER(LockedMemory, RLIM_CUR, offsetof(struct rlimit, rlim_cur));

  SAME(vfio.VfioAbi, VFIO_API_VERSION);
  NUMBER(vfio.VfioAbi, VFIO_TYPE1V2_IOMMU, VFIO_TYPE1v2_IOMMU);
  SAME(vfio.VfioAbi, VFIO_GET_API_VERSION);
  SAME(vfio.VfioAbi, VFIO_CHECK_EXTENSION);
  SAME(vfio.VfioAbi, VFIO_SET_IOMMU);
  SAME(vfio.VfioAbi, VFIO_GROUP_GET_STATUS);
  SAME(vfio.VfioAbi, VFIO_GROUP_SET_CONTAINER);
  SAME(vfio.VfioAbi, VFIO_GROUP_GET_DEVICE_FD);
  SAME(vfio.VfioAbi, VFIO_DEVICE_GET_INFO);
  SAME(vfio.VfioAbi, VFIO_DEVICE_GET_REGION_INFO);
  SAME(vfio.VfioAbi, VFIO_DEVICE_GET_IRQ_INFO);
  SAME(vfio.VfioAbi, VFIO_DEVICE_SET_IRQS);
  SAME(vfio.VfioAbi, VFIO_DEVICE_RESET);
  SAME(vfio.VfioAbi, VFIO_IOMMU_GET_INFO);
  SAME(vfio.VfioAbi, VFIO_IOMMU_MAP_DMA);
  SAME(vfio.VfioAbi, VFIO_IOMMU_UNMAP_DMA);
  NUMBER(vfio.VfioAbi, ARGSZ, offsetof(struct vfio_iommu_type1_info, argsz));
  NUMBER(vfio.VfioAbi, FLAGS, offsetof(struct vfio_iommu_type1_info, flags));
  NUMBER(vfio.VfioAbi, CAP_ID, offsetof(struct vfio_info_cap_header, id));
  NUMBER(vfio.VfioAbi, CAP_NEXT, offsetof(struct vfio_info_cap_header, next));
  NUMBER(vfio.VfioAbi, CAP_HEADER_BYTES, sizeof(struct vfio_info_cap_header));
  NUMBER(vfio.VfioAbi, GROUP_STATUS_BYTES, sizeof(struct vfio_group_status));
  SAME(vfio.VfioAbi, VFIO_GROUP_FLAGS_VIABLE);
  NUMBER(vfio.VfioAbi, IOMMU_INFO_BYTES, sizeof(struct vfio_iommu_type1_info));
  NUMBER(vfio.VfioAbi, IOMMU_INFO_PGSIZES, offsetof(struct vfio_iommu_type1_info, iova_pgsizes));
  NUMBER(vfio.VfioAbi, IOMMU_INFO_CAP_OFFSET, offsetof(struct vfio_iommu_type1_info, cap_offset));
  SAME(vfio.VfioAbi, VFIO_IOMMU_INFO_PGSIZES);
  SAME(vfio.VfioAbi, VFIO_IOMMU_INFO_CAPS);
  SAME(vfio.VfioAbi, VFIO_IOMMU_TYPE1_INFO_CAP_IOVA_RANGE);
  NUMBER(vfio.VfioAbi, IOVA_RANGE_COUNT, offsetof(struct vfio_iommu_type1_info_cap_iova_range, nr_iovas));
  NUMBER(vfio.VfioAbi, IOVA_RANGES, offsetof(struct vfio_iommu_type1_info_cap_iova_range, iova_ranges));
  NUMBER(vfio.VfioAbi, IOVA_RANGE_BYTES, sizeof(struct vfio_iova_range));
  SAME(vfio.VfioAbi, VFIO_IOMMU_TYPE1_INFO_DMA_AVAIL);
  NUMBER(vfio.VfioAbi, DMA_AVAIL, offsetof(struct vfio_iommu_type1_info_dma_avail, avail));
  NUMBER(vfio.VfioAbi, DMA_MAP_BYTES, sizeof(struct vfio_iommu_type1_dma_map));
  NUMBER(vfio.VfioAbi, DMA_MAP_VADDR, offsetof(struct vfio_iommu_type1_dma_map, vaddr));
  NUMBER(vfio.VfioAbi, DMA_MAP_IOVA, offsetof(struct vfio_iommu_type1_dma_map, iova));
  NUMBER(vfio.VfioAbi, DMA_MAP_SIZE, offsetof(struct vfio_iommu_type1_dma_map, size));
  SAME(vfio.VfioAbi, VFIO_DMA_MAP_FLAG_READ);
  SAME(vfio.VfioAbi, VFIO_DMA_MAP_FLAG_WRITE);
  NUMBER(vfio.VfioAbi, DMA_UNMAP_BYTES, sizeof(struct vfio_iommu_type1_dma_unmap));
  NUMBER(vfio.VfioAbi, DMA_UNMAP_IOVA, offsetof(struct vfio_iommu_type1_dma_unmap, iova));
  NUMBER(vfio.VfioAbi, DMA_UNMAP_SIZE, offsetof(struct vfio_iommu_type1_dma_unmap, size));
  /* Not sizeof: newer headers pad it. */
  NUMBER(vfio.VfioAbi, DEVICE_INFO_BYTES, offsetof(struct vfio_device_info, cap_offset) + 4);
  SAME(vfio.VfioAbi, VFIO_DEVICE_FLAGS_RESET);
  SAME(vfio.VfioAbi, VFIO_DEVICE_FLAGS_PCI);
  NUMBER(vfio.VfioAbi, REGION_INFO_BYTES, sizeof(struct vfio_region_info));
  NUMBER(vfio.VfioAbi, REGION_INDEX, offsetof(struct vfio_region_info, index));
  NUMBER(vfio.VfioAbi, REGION_CAP_OFFSET, offsetof(struct vfio_region_info, cap_offset));
  NUMBER(vfio.VfioAbi, REGION_SIZE, offsetof(struct vfio_region_info, size));
  NUMBER(vfio.VfioAbi, REGION_OFFSET, offsetof(struct vfio_region_info, offset));
  SAME(vfio.VfioAbi, VFIO_REGION_INFO_FLAG_MMAP);
  SAME(vfio.VfioAbi, VFIO_REGION_INFO_FLAG_CAPS);
  SAME(vfio.VfioAbi, VFIO_REGION_INFO_CAP_SPARSE_MMAP);
  NUMBER(vfio.VfioAbi, SPARSE_AREA_COUNT, offsetof(struct vfio_region_info_cap_sparse_mmap, nr_areas));
  NUMBER(vfio.VfioAbi, SPARSE_AREAS, offsetof(struct vfio_region_info_cap_sparse_mmap, areas));
  NUMBER(vfio.VfioAbi, SPARSE_AREA_BYTES, sizeof(struct vfio_region_sparse_mmap_area));
  SAME(vfio.VfioAbi, VFIO_PCI_BAR5_REGION_INDEX);
  SAME(vfio.VfioAbi, VFIO_PCI_CONFIG_REGION_INDEX);
  NUMBER(vfio.VfioAbi, IRQ_INFO_BYTES, sizeof(struct vfio_irq_info));
  NUMBER(vfio.VfioAbi, IRQ_INDEX, offsetof(struct vfio_irq_info, index));
  NUMBER(vfio.VfioAbi, IRQ_COUNT, offsetof(struct vfio_irq_info, count));
  SAME(vfio.VfioAbi, VFIO_IRQ_INFO_EVENTFD);
  SAME(vfio.VfioAbi, VFIO_PCI_MSIX_IRQ_INDEX);
  SAME(vfio.VfioAbi, VFIO_PCI_REQ_IRQ_INDEX);
  NUMBER(vfio.VfioAbi, IRQ_SET_BYTES, offsetof(struct vfio_irq_set, data));
  NUMBER(vfio.VfioAbi, IRQ_SET_INDEX, offsetof(struct vfio_irq_set, index));
  NUMBER(vfio.VfioAbi, IRQ_SET_COUNT, offsetof(struct vfio_irq_set, count));
  SAME(vfio.VfioAbi, VFIO_IRQ_SET_DATA_NONE);
  SAME(vfio.VfioAbi, VFIO_IRQ_SET_DATA_EVENTFD);
  SAME(vfio.VfioAbi, VFIO_IRQ_SET_ACTION_TRIGGER);

  NUMBER(pci.PciConfig, VENDOR_ID, PCI_VENDOR_ID);
  NUMBER(pci.PciConfig, DEVICE_ID, PCI_DEVICE_ID);
  NUMBER(pci.PciConfig, COMMAND, PCI_COMMAND);
  NUMBER(pci.PciConfig, CLASS_REVISION, PCI_CLASS_REVISION);
  NUMBER(pci.PciConfig, COMMAND_MEMORY, PCI_COMMAND_MEMORY);
  NUMBER(pci.PciConfig, COMMAND_MASTER, PCI_COMMAND_MASTER);
  NUMBER(pci.PciConfig, COMMAND_INTX_DISABLE, PCI_COMMAND_INTX_DISABLE);

  SAME(pci.Uevents, AF_NETLINK);
  SAME(pci.Uevents, NETLINK_KOBJECT_UEVENT);
  SAME(pci.Uevents, SOL_SOCKET);
  SAME(pci.Uevents, SO_RCVBUF);
  NUMBER(pci.Uevents, SOCK_FLAGS, SOCK_CLOEXEC | SOCK_NONBLOCK);
  NUMBER(pci.Uevents, SOCKADDR_NL_BYTES, sizeof(struct sockaddr_nl));
  NUMBER(pci.Uevents, NL_FAMILY, offsetof(struct sockaddr_nl, nl_family));
  NUMBER(pci.Uevents, NL_PID, offsetof(struct sockaddr_nl, nl_pid));
  NUMBER(pci.Uevents, NL_GROUPS, offsetof(struct sockaddr_nl, nl_groups));
  NUMBER(pci.PciFunction, NVME, 0x010802); /* PCI_CLASS_STORAGE_EXPRESS, in no header for programs */

  SAME(Terminal, TCGETS);
  SAME(Terminal, TCSETSW);
  SAME(Terminal, TIOCGPGRP);
  SAME(Terminal, TIOCGWINSZ);
  SAME(Terminal, ICRNL);
  SAME(Terminal, IXON);
  SAME(Terminal, ICANON);
  SAME(Terminal, ECHO);
  SAME(Terminal, IEXTEN);
  SAME(Terminal, VQUIT);
  SAME(Terminal, VTIME);
  SAME(Terminal, VMIN);
  SAME(Terminal, VSUSP);
  SAME(Terminal, SIGTSTP);
  return 0;
}
