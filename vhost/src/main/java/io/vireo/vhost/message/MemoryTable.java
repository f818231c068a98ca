package io.vireo.vhost.message;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * All regions of a guest's memory, one descriptor for each (section "Memory regions description").
 *
 * <pre>
 *   0             4         8
 *   +-------------+---------+---------+-----+
 *   | num regions | padding | region0 | ... |
 *   +-------------+---------+---------+-----+
 * </pre>
 */
public record MemoryTable(List<MemoryRegion> regions) {
  public static final int HEADER_BYTES = 8;
  public static final int MAX_REGIONS = 8;
  public static final int MAX_BYTES = HEADER_BYTES + MAX_REGIONS * MemoryRegion.BYTES;

  public MemoryTable {
    regions = List.copyOf(regions);
  }

  static MemoryTable decode(ByteBuffer in) {
    int count = in.getInt();
    in.getInt();
    if (count < 0 || count > MAX_REGIONS) {
      throw violation(
          "%s regions are more than %d".formatted(Integer.toUnsignedString(count), MAX_REGIONS));
    }
    if (in.remaining() != count * MemoryRegion.BYTES) {
      throw violation("%d bytes do not hold %d regions".formatted(in.remaining(), count));
    }
    List<MemoryRegion> regions = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      regions.add(MemoryRegion.decode(in));
    }
    return new MemoryTable(regions);
  }

  public byte[] encode() {
    byte[] bytes = new byte[HEADER_BYTES + regions.size() * MemoryRegion.BYTES];
    ByteBuffer out = Message.over(bytes).putInt(regions.size()).putInt(0);
    regions.forEach(region -> region.encode(out));
    return bytes;
  }

  private static ProtocolException violation(String detail) {
    return new ProtocolException("SET_MEM_TABLE", "Memory regions description", detail);
  }
}
