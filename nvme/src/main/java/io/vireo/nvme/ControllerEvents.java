package io.vireo.nvme;

import static io.vireo.nvme.spec.Capabilities.OAES_FIRMWARE_ACTIVATION;
import static io.vireo.nvme.spec.Capabilities.OAES_NAMESPACE_ATTRIBUTE;

import io.vireo.nvme.spec.AsyncEvent;
import io.vireo.nvme.spec.ErrorLogEntry;
import io.vireo.nvme.spec.IdentifyController;
import io.vireo.nvme.spec.SmartLog;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * What a controller tells unasked, taken note of until it is asked for and kept over resets. One
 * control thread.
 *
 * <p>An event that comes again before it was dealt with is one event: that bounds a controller that
 * has always something to tell. Dealing with an event means to read its log page, which lets the
 * controller tell the next one of the kind (Base 5.2), and to tell the listener.
 */
public final class ControllerEvents {
  /**
   * What to do when something happened. Called on the control thread, from within {@link #poll}.
   */
  public interface Listener {
    /** Any event; those that have a method of their own are told there too, afterwards. */
    default void happened(AsyncEvent event) {}

    /** Namespaces came, went, or are not as they were. */
    default void namespacesChanged(NamespaceChanges changes) {}

    /** A critical warning, or the first look at the health after a reset. */
    default void health(SmartLog log) {}

    /**
     * Commands failed, or the controller has an error of its own; the newest entries of its log.
     */
    default void errors(List<ErrorLogEntry> newest) {}
  }

  /** The critical warnings of the health log, in feature 0Bh (Base 5.27.1.8). */
  private static final int ALL_WARNINGS = 0b11111;

  private static final int MAX_REQUESTS = 4;
  private static final int MAX_KINDS = 64;
  private static final int ERROR_ENTRIES = 4;
  private static final Listener NOBODY = new Listener() {};

  private final NvmeController controller;
  private final Set<AsyncEvent> pending = new LinkedHashSet<>();
  private Listener listener = NOBODY;
  private List<NvmeNamespace> told = List.of();
  private int toldScan;
  private long overflowed;
  private boolean healthUnknown;

  ControllerEvents(NvmeController controller) {
    this.controller = controller;
  }

  /** Who is told from now on. */
  public void listen(Listener newListener) {
    listener = newListener;
  }

  /** Takes note. */
  void add(AsyncEvent event) {
    if (pending.size() < MAX_KINDS || pending.contains(event)) {
      pending.add(event);
    } else {
      overflowed++;
    }
  }

  /** Events that were forgotten because too many others waited to be dealt with. */
  public long overflowed() {
    return overflowed;
  }

  /** What the controller has is known already. */
  void attached() {
    told = controller.namespaces();
    toldScan = controller.scans();
    healthUnknown = false;
  }

  /** The controller was enabled: what happened before it will not tell. */
  void start() {
    healthUnknown = true;
    IdentifyController identify = controller.identify();
    int offered = identify.optionalEvents() & (OAES_NAMESPACE_ATTRIBUTE | OAES_FIRMWARE_ACTIVATION);
    NvmeException.ifOffered(() -> controller.features().asyncEvents(ALL_WARNINGS | offered));
    AdminQueue admin = controller.admin();
    int half = admin.capacity() / 2; // the others are for commands
    admin.events().start(Math.min(Math.min(identify.asyncEventLimit(), MAX_REQUESTS), half));
  }

  /**
   * Takes what came, and deals with it. To be called from time to time.
   *
   * @return how many events there were
   * @throws NvmeException if the controller failed meanwhile; what was not dealt with is kept
   */
  public int poll() {
    controller.admin().poll();
    List<AsyncEvent> events = List.copyOf(pending);
    for (AsyncEvent event : events) {
      pending.remove(event); // before: it may come again meanwhile
      try {
        deal(event);
      } catch (NvmeException e) {
        keepUnlessRefused(event, e);
        throw e;
      }
    }
    if (healthUnknown) {
      healthUnknown = false;
      NvmeException.ifOffered(() -> listener.health(controller.logPages().smart()));
    }
    tellNamespaces();
    return events.size();
  }

  /** A log page that the controller refuses it will refuse again. */
  private void keepUnlessRefused(AsyncEvent event, NvmeException cause) {
    if (!cause.isRefusal()) {
      pending.add(event);
    }
  }

  private void deal(AsyncEvent event) {
    LogPages pages = controller.logPages();
    if (event.isNamespaceChange()) {
      NvmeException.ifOffered(pages::changedNamespaces);
      controller.rescan();
      listener.happened(event);
    } else if (event.isFirmwareActivation()) {
      controller.awaitActivation();
      pages.firmwareSlots();
      listener.happened(event);
    } else if (event.type() == AsyncEvent.HEALTH) {
      SmartLog log = pages.smart();
      listener.happened(event);
      listener.health(log);
    } else if (event.type() == AsyncEvent.ERROR) {
      List<ErrorLogEntry> newest = pages.errors(ERROR_ENTRIES);
      listener.happened(event);
      listener.errors(newest);
    } else {
      listener.happened(event); // what its log page is like is not known here
    }
  }

  /** Also what a rescan found that nobody told of. */
  private void tellNamespaces() {
    List<NvmeNamespace> now = controller.namespaces();
    if (controller.scans() != toldScan) {
      toldScan = controller.scans();
      NamespaceChanges changes = NamespaceChanges.between(told, now);
      told = now;
      if (!changes.isEmpty()) {
        listener.namespacesChanged(changes);
      }
    }
  }
}
