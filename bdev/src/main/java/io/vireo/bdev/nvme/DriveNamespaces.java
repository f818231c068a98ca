package io.vireo.bdev.nvme;

import io.vireo.bdev.BdevException;
import io.vireo.bdev.BdevRegistry;
import io.vireo.linux.Errno;
import io.vireo.nvme.NamespaceChanges;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.Thrown;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bdevs of a drive: one for each active namespace that can be one. Any thread but the drive's:
 * a bdev goes only when nothing is in flight, and that may need the drive.
 */
final class DriveNamespaces {
  private static final Logger log = LoggerFactory.getLogger(DriveNamespaces.class);

  private final BdevRegistry registry;
  private final Function<NvmeNamespace, NvmeBdev> maker;
  private final Map<Integer, NvmeBdev> bdevs = new TreeMap<>(Integer::compareUnsigned);

  /**
   * @param maker makes a bdev of a namespace, or answers null for one that cannot be one
   */
  DriveNamespaces(BdevRegistry registry, Function<NvmeNamespace, NvmeBdev> maker) {
    this.registry = registry;
    this.maker = maker;
  }

  /**
   * Registers all; when one cannot be, none is.
   *
   * @throws BdevException EEXIST: there is a bdev of that name or UUID
   */
  synchronized void publish(List<NvmeNamespace> namespaces) {
    try {
      namespaces.forEach(this::add);
    } catch (BdevException e) {
      removeAll();
      throw e;
    }
  }

  /** Follows a change; a namespace that is not what it was is another disk. */
  synchronized void change(NamespaceChanges changes) {
    changes.removed().forEach(this::remove);
    for (NamespaceChanges.Change change : changes.changed()) {
      NvmeBdev bdev = bdevs.get(change.after().id());
      if (bdev == null || !change.isResize() || !bdev.follow(change.after())) {
        remove(change.before());
        addIfPossible(change.after());
      }
    }
    changes.added().forEach(this::addIfPossible);
  }

  private void addIfPossible(NvmeNamespace namespace) {
    try {
      add(namespace);
    } catch (BdevException e) {
      log.warn("namespace {} has come and is no bdev: {}", namespace.id(), e.getMessage());
    }
  }

  private void add(NvmeNamespace namespace) {
    NvmeBdev bdev = maker.apply(namespace);
    if (bdev != null) {
      registry.register(bdev);
      bdevs.put(namespace.id(), bdev);
    }
  }

  private void remove(NvmeNamespace namespace) {
    NvmeBdev bdev = bdevs.remove(namespace.id());
    if (bdev != null) {
      unregister(bdev);
    }
  }

  private void unregister(NvmeBdev bdev) {
    try {
      registry.unregister(bdev.name());
    } catch (BdevException e) {
      if (e.errno() != Errno.ENODEV) { // it has gone already
        throw e;
      }
    }
  }

  /** Removes all, which waits for what is in flight; one that cannot go keeps no other. */
  synchronized void removeAll() {
    List<NvmeBdev> all = new ArrayList<>(bdevs.values());
    bdevs.clear();
    Throwable thrown = null;
    for (NvmeBdev bdev : all.reversed()) {
      try {
        unregister(bdev);
      } catch (RuntimeException | Error e) {
        thrown = Thrown.first(thrown, e);
      }
    }
    Thrown.again(thrown);
  }

  synchronized List<NvmeBdev> all() {
    return List.copyOf(bdevs.values());
  }
}
