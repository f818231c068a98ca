package io.vireo.bdev.nvme;

import io.vireo.linux.EventFd;
import io.vireo.nvme.Quirk;
import io.vireo.nvme.transport.DmaMemory;
import io.vireo.nvme.transport.NvmeTransport;
import java.util.List;
import java.util.Set;

/** The way to a controller that stays over its resets: a PCI function that we drive. */
interface DriveFunction extends AutoCloseable {
  /** Its address, as operators write it: {@code 0000:01:00.0}. */
  String address();

  /** Whether that is its address, in whatever form operators write it. */
  boolean isAt(String traddr);

  /**
   * Its configuration space, 256 or 4096 bytes.
   *
   * @throws io.vireo.linux.ErrnoException when it cannot be read
   */
  byte[] configuration();

  NvmeTransport transport();

  /** How its controller differs from the specification. */
  Set<Quirk> quirks();

  /** What queues are made of. */
  DmaMemory memory();

  /** For data that it does not reach where they lie. */
  SharedBuffers buffers();

  /** Whether guests' memory that is registered can be reached where it lies. */
  boolean reachesGuests();

  /**
   * Has the function signal an eventfd for each of its first interrupt vectors; before its
   * controller is enabled.
   *
   * @param most how many are of use
   * @return the eventfds, which stay the function's; none when it cannot interrupt
   */
  List<EventFd> interrupts(int most);

  /** Ends the controller's access to memory, whatever it says itself; a reset of the function. */
  void stop();

  /** Whether somebody wants the function back: it is to be detached. */
  boolean wantedBack();

  /**
   * Gives it back, when nobody uses its transport any more, and ends its access to memory; a second
   * time does nothing.
   */
  @Override
  void close();
}
