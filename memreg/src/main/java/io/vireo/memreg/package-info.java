/** Guest memory, the userspace page table, and the registry of memory that devices may reach. */
package io.vireo.memreg;
