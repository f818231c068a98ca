package io.vireo.nvme.spec;

/**
 * The controller memory buffer, out of CMBLOC and CMBSZ as they were read once (Base 3.1.3.11 and
 * 3.1.3.12). Size and offset come in units of {@code 4 KiB << 4 * SZU}.
 *
 * <pre>
 *   CMBLOC  31     12 11      9 8 ... 3 2  0        CMBSZ  31  12 11  8 7    4    3     2    1   0
 *           |  OFST  |         |       |BIR|               |  SZ  |SZU |    |WDS|RDS|LISTS|CQS|SQS|
 * </pre>
 */
public record Cmb(int location, int size) {
  private long unitBytes() {
    return 4096L << (4 * (size >>> 8 & 0xf));
  }

  /** SZ: its size; 0 where there is none or CMBMSC.CRE was not set. */
  public long bytes() {
    return (size >>> 12) * unitBytes();
  }

  /** BIR: the number of the BAR that it lies in. */
  public int bar() {
    return location & 0b111;
  }

  /** OFST: where in the BAR it begins. */
  public long offsetBytes() {
    return (location >>> 12) * unitBytes();
  }

  /** SQS: submission queues may lie there. */
  public boolean submissionQueues() {
    return (size & 1) != 0;
  }

  /** LISTS: PRP lists and SGL segments may lie there. */
  public boolean lists() {
    return (size & 1 << 2) != 0;
  }

  /** RDS: data may lie there that the controller writes. */
  public boolean readData() {
    return (size & 1 << 3) != 0;
  }

  /** WDS: data may lie there that the controller reads. */
  public boolean writeData() {
    return (size & 1 << 4) != 0;
  }
}
