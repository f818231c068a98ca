/**
 * The only room with native calls.
 *
 * <p>Everything above sees memory as {@code long} addresses read and written through {@link
 * io.vireo.linux.Mem}, descriptors as {@code int}s, and a failed system call as an {@link
 * io.vireo.linux.ErrnoException}. The platform is x86-64 Linux 6.1 or newer; numbers and layouts
 * are that platform's. All methods may be called from any thread unless they say otherwise.
 */
package io.vireo.linux;
