package io.vireo.nvme.model;

import java.util.Arrays;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Log pages (Base 5.16), which the test fills. Any thread. */
public final class ModelLogs {
  private static final int ERROR = 1;
  private static final int SMART = 2;
  private static final int FIRMWARE = 3;
  private static final int CHANGED_NAMESPACES = 4;
  private static final int EFFECTS = 5;
  private static final int SELF_TEST = 6;
  private static final int RETAIN_EVENT = 1 << 15;

  private final Map<Integer, byte[]> pages = new TreeMap<>();
  private final SortedSet<Integer> changed = new TreeSet<>();
  private int reads;

  ModelLogs() {
    pages.put(ERROR, new byte[64 * 64]);
    pages.put(SMART, new byte[512]);
    pages.put(FIRMWARE, new byte[512]);
    pages.put(CHANGED_NAMESPACES, new byte[4096]);
    pages.put(EFFECTS, new byte[4096]);
    pages.put(SELF_TEST, new byte[564]);
    byte[] smart = pages.get(SMART);
    LittleEndian.put16(smart, 1, 300); // kelvin
    smart[3] = 100; // spare
    byte[] firmware = pages.get(FIRMWARE);
    firmware[0] = 1;
    LittleEndian.putText(firmware, 8, 8, "1.0");
    byte[] selfTests = pages.get(SELF_TEST);
    for (int i = 0; i < 20; i++) {
      selfTests[4 + i * 28] = 0xf; // no result
    }
  }

  /** The bytes of a page; the test may change them. */
  public synchronized byte[] page(int id) {
    return pages.computeIfAbsent(id, _ -> new byte[4096]);
  }

  /** Has a page be as long as that. */
  public synchronized void page(int id, byte[] bytes) {
    pages.put(id, bytes);
  }

  /** A namespace changed: page 04h tells of it, once. */
  synchronized void change(int nsid) {
    changed.add(nsid);
  }

  /** How often a page was read. */
  public synchronized int reads() {
    return reads;
  }

  /** Get log page; answers which page's event may come again, 0 for none. */
  synchronized int execute(Command command, DataPointer pointer, Faults faults) {
    int page = command.cdw10() & 0xff;
    int dwords = (command.cdw11() & 0xffff) << 16 | command.cdw10() >>> 16;
    if (!pages.containsKey(page)) {
      throw new CommandFailure(CommandFailure.INVALID_LOG_PAGE);
    }
    if (page == CHANGED_NAMESPACES) {
      listChanged();
    }
    byte[] all = pages.get(page);
    int offset = command.cdw12();
    if (offset > all.length) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    byte[] data = Arrays.copyOfRange(all, offset, offset + (dwords + 1) * 4);
    faults.falsify(command, data);
    pointer.store(command, data);
    reads++;
    if ((command.cdw10() & RETAIN_EVENT) != 0) {
      return 0;
    }
    if (page == CHANGED_NAMESPACES) {
      changed.clear();
    }
    return page;
  }

  private void listChanged() {
    byte[] list = new byte[4096];
    int at = 0;
    for (int id : changed) {
      LittleEndian.put32(list, changed.size() > 1024 ? 0 : at, changed.size() > 1024 ? -1 : id);
      at += 4;
    }
    pages.put(CHANGED_NAMESPACES, list);
  }

  /** Device self-test (Base 5.8): runs until it is aborted; the end is put before the others. */
  synchronized long selfTest(Command command) {
    byte[] log = pages.get(SELF_TEST);
    int code = command.cdw10() & 0xf;
    if (code == 0xf) {
      if (log[0] != 0) {
        System.arraycopy(log, 4, log, 4 + 28, 19 * 28);
        Arrays.fill(log, 4, 4 + 28, (byte) 0);
        log[4] = (byte) (log[0] << 4 | 1); // aborted by a command
        log[0] = 0;
        log[1] = 0;
      }
      return 0;
    }
    if (log[0] != 0) {
      throw new CommandFailure(CommandFailure.SELF_TEST_IN_PROGRESS);
    }
    if (code != 1 && code != 2) {
      throw new CommandFailure(CommandFailure.INVALID_FIELD);
    }
    log[0] = (byte) code;
    log[1] = 7; // percent
    return 0;
  }
}
