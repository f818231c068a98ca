/**
 * Bdevs on NVMe controllers that this process drives itself: {@code bdev_nvme_*}.
 *
 * <p>A {@link io.vireo.bdev.nvme.NvmeDrive} is a controller that an operator attached. What waits
 * for the device (reset, identify, making queues) is done on the drive's own thread; requests go
 * through a queue pair that each reactor has to itself; bdevs are registered and removed by a
 * second thread, because they wait for the reactors and for whoever has them open.
 */
package io.vireo.bdev.nvme;
