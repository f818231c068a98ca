package io.vireo.nvme.spec;

/** The controller ready timeouts register (Base 3.1.3.21), which CAP.CRMS tells of. */
public final class Crto {
  private static final long UNIT_MS = 500;

  private Crto() {}

  /** CRWMT: how long CSTS.RDY may take to follow CC.EN, media included. */
  public static long readyWithMediaMs(int crto) {
    return (crto & 0xffff) * UNIT_MS;
  }
}
