package io.vireo.nvme;

/** How a command ended that was passed through. */
public final class AdminResult {
  private final int status;
  private final int dword0;
  private final byte[] data;

  public AdminResult(int status, int dword0, byte[] data) {
    this.status = status;
    this.dword0 = dword0;
    this.data = data;
  }

  /** {@code NvmeStatus}; 0 is success. */
  public int status() {
    return status;
  }

  /** The command's result. */
  public int dword0() {
    return dword0;
  }

  /** What came from the controller; empty when it was asked for nothing. */
  public byte[] data() {
    return data;
  }
}
