/**
 * The driver side of virtqueues: what a guest's kernel does, for front-ends, load generators and
 * tests.
 *
 * <p>{@link io.vireo.virtio.driver.SplitDriver} builds chains of any shape in a split ring, offers
 * them and collects them when used (virtio 1.3, 2.7.13 and 2.7.14); {@link
 * io.vireo.virtio.driver.BlkDriver} makes block requests of them (5.2.6). The memory is the
 * caller's: host addresses to touch it, guest-physical ones to name it to the device. One thread
 * uses a ring at a time. Nothing allocates but the constructors.
 */
package io.vireo.virtio.driver;
