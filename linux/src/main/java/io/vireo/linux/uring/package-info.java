/**
 * io_uring(7): asynchronous file I/O over two rings shared with the kernel.
 *
 * <p>A ring belongs to one thread, which creates it, enters it, registers with it and closes it
 * (IORING_SETUP_SINGLE_ISSUER). A request is written as a submission queue entry ({@link
 * io.vireo.linux.uring.Sqe}), handed over by {@link io.vireo.linux.uring.IoUring#submit}, and comes
 * back as a completion with the word that was given along. No allocation on the way.
 *
 * <p>Numbers and layouts are those of {@code linux/io_uring.h} of Linux 6.1.
 */
package io.vireo.linux.uring;
