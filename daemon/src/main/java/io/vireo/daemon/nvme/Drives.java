package io.vireo.daemon.nvme;

import io.vireo.linux.ErrnoException;
import io.vireo.linux.pci.PciAddress;
import io.vireo.linux.pci.PciException;
import io.vireo.memreg.MemoryRegistry;
import io.vireo.nvme.ControllerOptions;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeException;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.PollClock;
import io.vireo.nvme.Quirk;
import io.vireo.nvme.pcie.Access;
import io.vireo.nvme.pcie.DmaDomain;
import io.vireo.nvme.pcie.PcieFunction;
import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;

/** Controllers in this process' hands. One control thread. */
public final class Drives implements AutoCloseable {
  /** What is done with a controller while it is ours. */
  public interface Use<T> {
    T with(PcieFunction function, NvmeController controller) throws Exception;
  }

  private static final PollClock CLOCK =
      new PollClock() {
        @Override
        public long nanoTime() {
          return System.nanoTime();
        }

        @Override
        public void pause() {
          LockSupport.parkNanos(PAUSE_NS);
        }
      };

  private static final long PAUSE_NS = 20_000;

  private final DmaDomain domain;
  private final Access access;

  /**
   * @param root where {@code sys}, {@code proc} and {@code dev} are: {@code /}
   */
  public Drives(Path root, Access access) {
    this.domain = new DmaDomain(root, new MemoryRegistry());
    this.access = access;
  }

  /**
   * Takes a controller, enables it, and gives it back afterwards, whatever becomes of it.
   *
   * @throws IOException with a sentence when it is not to be had, or fails
   */
  public <T> T use(PciAddress address, Use<T> use) throws Exception {
    try (PcieFunction function = domain.attach(address, access);
        StopAtExit _ = access == Access.PHYSICAL ? new StopAtExit(function::cutOff) : null) {
      return use(function, use);
    } catch (NvmeException e) {
      throw new IOException("%s: %s".formatted(address, e.getMessage()), e);
    } catch (PciException e) { // which names it
      throw new IOException(e.getMessage(), e);
    } catch (ErrnoException e) {
      throw new IOException("%s cannot be had: %s".formatted(address, e.getMessage()), e);
    }
  }

  private static <T> T use(PcieFunction function, Use<T> use) throws Exception {
    ControllerOptions options =
        ControllerOptions.DEFAULT.withQuirks(
            Quirk.of(function.function().vendor(), function.function().device()));
    NvmeController controller =
        NvmeController.of(function.transport(), function.memory(), CLOCK, options);
    boolean orderly = false;
    try {
      controller.start();
      T result = use.with(function, controller);
      controller.close();
      orderly = true;
      return result;
    } finally {
      if (!orderly) {
        end(function, controller);
      }
    }
  }

  /** An orderly end if it can be had, else one by force. */
  private static void end(PcieFunction function, NvmeController controller) {
    try {
      controller.close();
    } catch (NvmeException e) { // why it is ended is more worth telling
      stop(function, controller);
    }
  }

  /** Has a controller let go of its queues and their memory, by force if need be. */
  public static void stop(PcieFunction function, NvmeController controller) {
    try {
      controller.disable();
    } catch (NvmeException e) {
      function.stop();
      controller.abandon();
    }
  }

  /**
   * A namespace of a controller.
   *
   * @throws IOException with a sentence when it cannot be used
   */
  public static NvmeNamespace namespace(PciAddress address, NvmeController controller, int id)
      throws IOException {
    for (NvmeNamespace namespace : controller.namespaces()) {
      if (namespace.id() == id) {
        return namespace;
      }
    }
    String known =
        controller.namespaces().stream()
            .map(namespace -> Integer.toString(namespace.id()))
            .collect(Collectors.joining(", "));
    throw new IOException(
        "%s has no namespace %d that can be used, only: %s"
            .formatted(address, id, known.isEmpty() ? "none" : known));
  }

  @Override
  public void close() {
    domain.close();
  }
}
