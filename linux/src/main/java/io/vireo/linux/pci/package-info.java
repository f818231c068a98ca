/**
 * PCI functions as sysfs shows them: which there are, what drives them, and how to change that.
 *
 * <p>Where sysfs is mounted is a parameter. Everything here is read at the moment of the call and
 * may have changed at the next: functions come and go (see {@link io.vireo.linux.pci.Uevents}).
 * Control threads only; nothing is kept open but the socket of the uevents.
 *
 * <p>Files and their contents: Linux, Documentation/ABI/testing/sysfs-bus-pci.
 */
package io.vireo.linux.pci;
