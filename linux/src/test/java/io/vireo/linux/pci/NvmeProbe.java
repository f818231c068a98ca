package io.vireo.linux.pci;

import static io.vireo.linux.GuestChecks.await;
import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.Mem;
import java.nio.charset.StandardCharsets;

/**
 * As little of an NVMe driver as can be: one Identify (NVMe base 2.0, 3.1 and 5.17), to see that a
 * device's registers, its DMA and its interrupts work.
 */
public final class NvmeProbe {
  public static final int CAP = 0;
  public static final int VS = 8;

  /** How much memory it needs: both queues and the data. */
  public static final int MEMORY_BYTES = 3 * 4096;

  private static final int CC = 0x14;
  private static final int CSTS = 0x1c;
  private static final int AQA = 0x24;
  private static final int ASQ = 0x28;
  private static final int ACQ = 0x30;
  private static final int ADMIN_DOORBELL = 0x1000;
  private static final int COMPLETIONS = 4096;
  private static final int DATA = 2 * 4096;
  private static final int COMMAND_ID = 7;

  private final long registers;
  private final long memory;
  private final long iova;

  /**
   * @param registers where BAR 0 is
   * @param memory zeroed, of {@link #MEMORY_BYTES}
   * @param iova what the device calls it
   */
  public NvmeProbe(long registers, long memory, long iova) {
    this.registers = registers;
    this.memory = memory;
    this.iova = iova;
  }

  /** Resets and enables the controller. */
  public void enable() {
    disable();
    Mem.putRegister32(registers + AQA, 1 << 16 | 1); // two entries each
    Mem.putRegister64(registers + ASQ, iova);
    Mem.putRegister64(registers + ACQ, iova + COMPLETIONS);
    Mem.putRegister32(registers + CC, 4 << 20 | 6 << 16 | 1); // entries of 16 and 64 bytes
    awaitReady(1);
  }

  /** Disables it: it then does no DMA. */
  public void disable() {
    Mem.putRegister32(registers + CC, 0);
    awaitReady(0);
  }

  private void awaitReady(int ready) {
    await("CSTS.RDY " + ready, () -> isReady() == (ready == 1));
  }

  public boolean isReady() {
    return (Mem.getRegister32(registers + CSTS) & 1) == 1;
  }

  /** Tells the enabled controller to identify itself. */
  public void submit() {
    Mem.putInt(memory, 0x06 | COMMAND_ID << 16); // opcode, command identifier
    Mem.putLong(memory + 24, iova + DATA); // PRP1
    Mem.putInt(memory + 40, 1); // CNS: the controller
    Mem.putRegister32(registers + ADMIN_DOORBELL, 1);
  }

  /** The serial number, once it has answered. */
  public String serial() {
    await("completion", () -> completion() != 0);
    require(completion() == (1 << 16 | COMMAND_ID), "completion %x".formatted(completion()));
    byte[] serial = new byte[6];
    Mem.copy(memory + DATA + 4, serial, 0, serial.length);
    return new String(serial, StandardCharsets.US_ASCII);
  }

  /** Dword 3: command identifier, phase and status. */
  private long completion() {
    return Mem.getLong(memory + COMPLETIONS + 8) >>> 32;
  }
}
