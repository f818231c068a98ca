package io.vireo.linux.pci;

import io.vireo.linux.EventFd;
import java.util.List;

/**
 * A PCI function that this process drives: its registers, configuration space, interrupts and
 * reset. How it was got at, and how memory becomes reachable for it, is not to be seen here.
 *
 * <p>One control thread at a time; only the registers of a mapped BAR are for whoever drives it.
 */
public interface PciDevice extends AutoCloseable {
  PciAddress address();

  /** Its configuration space. */
  PciConfig config();

  /** How long a base address register's memory is; 0 when the function has no such register. */
  long barBytes(int bar);

  /**
   * Maps the memory behind a base address register; whoever maps it also closes it, before the
   * device.
   *
   * @param bar 0 to 5
   * @throws IllegalArgumentException when there is no such register, or nothing of it can be mapped
   */
  MappedBar mapBar(int bar);

  /** How many MSI-X vectors it can signal; 0 when it has none, or they cannot be had. */
  int msixVectors();

  /**
   * Switches MSI-X on with an eventfd for each of the first vectors; replaces what was set before.
   * A device may look at its table only when it is enabled, so do it before that.
   *
   * @throws IllegalArgumentException when these are none, or more than {@link #msixVectors}
   */
  void enableMsix(List<EventFd> vectors);

  /** Switches MSI-X off; nothing when it is off. */
  void disableMsix();

  /**
   * Signals {@code event}, every few seconds, when the function is wanted back: by the kernel or by
   * an administrator. It cannot leave before it is closed.
   *
   * @return false when nobody asks here: it then goes without a word
   */
  boolean onRequest(EventFd event);

  /** Whether the function can be reset alone. */
  boolean resettable();

  /**
   * Resets the function; it then has no state, and no DMA of before goes on. Its memory cannot be
   * reached for the time being. Configuration space is as before.
   */
  void reset();

  /** Closes it; a second time does nothing. */
  @Override
  void close();
}
