package io.vireo.nvme;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What two looks at a controller's namespaces differ in. A namespace that is another one by its
 * names, though it has the same id, went and came.
 *
 * @param removed as they were
 * @param added that were not there
 * @param changed that have another size or format
 */
public record NamespaceChanges(
    List<NvmeNamespace> removed, List<NvmeNamespace> added, List<Change> changed) {
  /** A namespace before and after. */
  public record Change(NvmeNamespace before, NvmeNamespace after) {
    /** Whether only its size is another: whoever uses what both have can go on. */
    public boolean isResize() {
      return after.hasFormatOf(before);
    }
  }

  static NamespaceChanges between(List<NvmeNamespace> before, List<NvmeNamespace> after) {
    Map<Integer, NvmeNamespace> gone = new HashMap<>();
    before.forEach(namespace -> gone.put(namespace.id(), namespace));
    List<NvmeNamespace> removed = new ArrayList<>();
    List<NvmeNamespace> added = new ArrayList<>();
    List<Change> changed = new ArrayList<>();
    for (NvmeNamespace now : after) {
      NvmeNamespace earlier = gone.remove(now.id());
      if (earlier == null) {
        added.add(now);
      } else if (!now.identifiers().equals(earlier.identifiers())) {
        removed.add(earlier);
        added.add(now);
      } else if (now.blocks() != earlier.blocks() || !now.hasFormatOf(earlier)) {
        changed.add(new Change(earlier, now));
      }
    }
    before.stream().filter(namespace -> gone.containsKey(namespace.id())).forEach(removed::add);
    return new NamespaceChanges(List.copyOf(removed), List.copyOf(added), List.copyOf(changed));
  }

  public boolean isEmpty() {
    return removed.isEmpty() && added.isEmpty() && changed.isEmpty();
  }
}
