package io.vireo.nvme.transport;

import io.vireo.nvme.spec.Registers;

/**
 * The way to one controller: its registers and its queues. One thread at a time; the queues that it
 * opens belong to whoever polls them.
 */
public interface NvmeTransport {
  /** Loads a register of 32 bits; mostly all ones when the device is gone. */
  int get32(int register);

  /**
   * Loads CSTS; {@link Registers#GONE} when the device is gone. Registers read all ones then, but
   * zeroes behind some ports, where CAP tells: it is never zero (Base 3.1.3.1, MQES).
   */
  default int status() {
    int csts = get32(Registers.CSTS);
    return csts == 0 && get32(Registers.CAP) == 0 ? Registers.GONE : csts;
  }

  /** Loads a register of 64 bits, in two halves. */
  long get64(int register);

  void set32(int register, int value);

  void set64(int register, long value);

  /**
   * Makes the admin queue and tells the disabled controller where it is.
   *
   * @param pageBytes the memory page that CC.MPS will choose
   */
  TransportQueue openAdmin(QueueOptions options, int pageBytes);

  /** Makes I/O queue {@code qid} on the enabled controller. */
  TransportQueue openIo(int qid, QueueOptions options, AdminChannel admin);

  /** Has the controller forget I/O queue {@code qid}; its requests end, seen by polling it. */
  void deleteIo(int qid, AdminChannel admin);

  /**
   * Tells the enabled controller to look for doorbells in memory (Base 5.11): for the admin queue,
   * and for all queues that are opened until it is disabled.
   *
   * @throws RuntimeException if it refuses; the registers go on then
   */
  void shadowDoorbells(AdminChannel admin);
}
