/**
 * {@code vireo pci} and {@code vireo hugepages}: what a machine needs before NVMe controllers can
 * be driven from here, and how it gets back what it had.
 *
 * <p>Each command does its work and ends; no target has to run, and none is asked. Where sysfs is
 * mounted is a parameter.
 */
package io.vireo.daemon.pci;
