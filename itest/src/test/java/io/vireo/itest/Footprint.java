package io.vireo.itest;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * What a process holds that its guests have brought.
 *
 * @param descriptors sockets, eventfds, memory files and the like; what each open one names
 * @param sessions threads of sessions
 * @param mappings lines of /proc/PID/maps that name a guest's memory or a place for it
 */
record Footprint(List<String> descriptors, List<String> sessions, List<String> mappings) {
  static Footprint of(long pid) throws IOException {
    Path proc = Path.of("/proc", Long.toString(pid));
    return new Footprint(descriptors(proc), sessions(proc), mappings(proc));
  }

  private static List<String> descriptors(Path proc) throws IOException {
    return each(proc.resolve("fd"), fd -> Files.readSymbolicLink(fd).toString())
        .filter(name -> name.matches("(socket|anon_inode|/memfd).*"))
        .map(name -> name.replaceAll("[0-9]+", "N"))
        .sorted()
        .toList();
  }

  private static List<String> sessions(Path proc) throws IOException {
    return threads(proc).filter(name -> name.contains("#")).sorted().toList();
  }

  /** Whether a target still rehearses requests, for which it holds rings and memory of its own. */
  static boolean rehearses(long pid) throws IOException {
    return threads(Path.of("/proc", Long.toString(pid))).anyMatch("warm-up"::equals);
  }

  private static Stream<String> threads(Path proc) throws IOException {
    return each(proc.resolve("task"), task -> Files.readString(task.resolve("comm")).strip());
  }

  private static List<String> mappings(Path proc) throws IOException {
    try (Stream<String> lines = Files.lines(proc.resolve("maps"))) {
      return lines.filter(line -> line.matches(".*(/memfd:memory|vireo-guest).*")).toList();
    }
  }

  private interface Reader {
    String read(Path path) throws IOException;
  }

  /** What {@code reader} tells of each entry of a folder. */
  private static Stream<String> each(Path folder, Reader reader) throws IOException {
    List<String> all = new ArrayList<>();
    try (Stream<Path> entries = Files.list(folder)) {
      for (Path entry : entries.toList()) {
        try {
          all.add(reader.read(entry));
        } catch (NoSuchFileException e) {
          // It has vanished meanwhile.
        }
      }
    }
    return all.stream();
  }

  /** CPU time of a process, in clock ticks of 10 ms: user and system (proc(5), fields 14, 15). */
  static long cpuTicks(long pid) throws IOException {
    String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
    String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    return Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
  }
}
