package io.vireo.nvme;

import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.Capabilities;
import io.vireo.nvme.spec.SelfTestLog;

/** The device self-test (Base 5.8, 8.6), which runs while commands do. Control thread. */
public final class SelfTest {
  /** The controller and all its namespaces. */
  public static final int ALL_NAMESPACES = -1;

  private static final int ABORT = 0xf;

  private final NvmeController controller;

  public SelfTest(NvmeController controller) {
    this.controller = controller;
  }

  /**
   * Begins a test.
   *
   * @param nsid of a namespace; 0: the controller alone; {@link #ALL_NAMESPACES}
   */
  public void start(SelfTestLog.Kind kind, int nsid) {
    command(kind.code(), nsid);
  }

  /** Ends the test that is running, if one is. */
  public void abort() {
    command(ABORT, ALL_NAMESPACES);
  }

  private void command(int code, int nsid) {
    controller.admin().check(Capabilities.OACS_SELF_TEST, "device self-test");
    controller
        .admin()
        .run(AdminCommand.of(AdminOpcode.DEVICE_SELF_TEST).nsid(nsid).dword(10, code));
  }

  /** What is running, and how the last tests ended. */
  public SelfTestLog log() {
    return controller.logPages().selfTests();
  }
}
