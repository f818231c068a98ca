package io.vireo.memreg;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** What this process has mapped and open, as the kernel tells it: for tests that look for leaks. */
public final class AddressSpace {
  /** One line of /proc/self/maps; {@code end} is behind the last byte. */
  public record Range(long start, long end, String access, String name) {}

  private AddressSpace() {}

  /** All mappings, ascending. */
  public static List<Range> ranges() {
    try (Stream<String> lines = Files.lines(Path.of("/proc/self/maps"))) {
      return lines.map(AddressSpace::parse).toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The mappings whose name contains {@code part}. */
  public static List<Range> named(String part) {
    return ranges().stream().filter(r -> r.name().contains(part)).toList();
  }

  /** The mapping that holds {@code address}; no access and no name when there is none. */
  public static Range at(long address) {
    return ranges().stream()
        .filter(r -> r.start() <= address && address < r.end())
        .findFirst()
        .orElse(new Range(0, 0, "", ""));
  }

  /** How many open descriptors refer to something whose name contains {@code part}. */
  public static long descriptors(String part) {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(fd -> target(fd).contains(part)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path fd) {
    try {
      return Files.readSymbolicLink(fd).toString();
    } catch (IOException e) {
      return ""; // closed meanwhile, such as the descriptor that lists them
    }
  }

  private static Range parse(String line) {
    String[] fields = line.split(" +", 6);
    String[] ends = fields[0].split("-", 2);
    return new Range(
        Long.parseUnsignedLong(ends[0], 16),
        Long.parseUnsignedLong(ends[1], 16),
        fields[1],
        fields.length > 5 ? fields[5] : "");
  }
}
