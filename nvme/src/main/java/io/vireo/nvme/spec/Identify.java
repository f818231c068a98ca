package io.vireo.nvme.spec;

/** What Identify is asked for: the CNS values of command dword 10 (Base 5.17.1). */
public final class Identify {
  /** Every answer has this size. */
  public static final int BYTES = 4096;

  public static final int CNS_NAMESPACE = 0x00;
  public static final int CNS_CONTROLLER = 0x01;

  /** 1024 identifiers of active namespaces above the one given, ascending, 0 at the end. */
  public static final int CNS_ACTIVE_NAMESPACES = 0x02;

  private Identify() {}
}
