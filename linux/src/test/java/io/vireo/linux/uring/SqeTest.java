package io.vireo.linux.uring;

import static java.lang.foreign.MemoryLayout.PathElement.groupElement;
import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;
import java.lang.foreign.ValueLayout;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongConsumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class SqeTest {
  private static final StructLayout SQE =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_BYTE.withName("opcode"),
          ValueLayout.JAVA_BYTE.withName("flags"),
          ValueLayout.JAVA_SHORT.withName("ioprio"),
          ValueLayout.JAVA_INT.withName("fd"),
          ValueLayout.JAVA_LONG.withName("off"),
          ValueLayout.JAVA_LONG.withName("addr"),
          ValueLayout.JAVA_INT.withName("len"),
          ValueLayout.JAVA_INT.withName("rw_flags"),
          ValueLayout.JAVA_LONG.withName("user_data"),
          ValueLayout.JAVA_SHORT.withName("buf_index"),
          ValueLayout.JAVA_SHORT.withName("personality"),
          ValueLayout.JAVA_INT.withName("file_index"),
          ValueLayout.JAVA_LONG.withName("addr3"),
          ValueLayout.JAVA_LONG.withName("unused"));

  private static final StructLayout CQE =
      MemoryLayout.structLayout(
          ValueLayout.JAVA_LONG.withName("user_data"),
          ValueLayout.JAVA_INT.withName("res"),
          ValueLayout.JAVA_INT.withName("flags"));

  @Test
  void entries_are_laid_out_as_the_structs_are() {
    assertThat(Sqe.BYTES).isEqualTo((int) SQE.byteSize());
    assertThat(Sqe.OPCODE).isEqualTo(offset(SQE, "opcode"));
    assertThat(Sqe.FD).isEqualTo(offset(SQE, "fd"));
    assertThat(Sqe.OFF).isEqualTo(offset(SQE, "off"));
    assertThat(Sqe.ADDR).isEqualTo(offset(SQE, "addr"));
    assertThat(Sqe.LEN).isEqualTo(offset(SQE, "len"));
    assertThat(Sqe.RW_FLAGS).isEqualTo(offset(SQE, "rw_flags"));
    assertThat(Sqe.USER_DATA).isEqualTo(offset(SQE, "user_data"));
    assertThat(CompletionQueue.CQE_BYTES).isEqualTo((int) CQE.byteSize());
    assertThat(CompletionQueue.USER_DATA).isEqualTo(offset(CQE, "user_data"));
    assertThat(CompletionQueue.RES).isEqualTo(offset(CQE, "res"));
  }

  @Property(tries = 100)
  void setters_fill_their_fields_and_no_other(
      @ForAll int fd,
      @ForAll long address,
      @ForAll int length,
      @ForAll long offset,
      @ForAll int flags,
      @ForAll long data) {
    Map<String, Long> transfer = new HashMap<>();
    transfer.put("fd", (long) fd);
    transfer.put("addr", address);
    transfer.put("len", (long) length);
    transfer.put("off", offset);
    transfer.put("user_data", data);

    assertThat(filled(sqe -> Sqe.prepRead(sqe, fd, address, length, offset, data)))
        .isEqualTo(with(transfer, "opcode", 22));
    assertThat(filled(sqe -> Sqe.prepReadv(sqe, fd, address, length, offset, data)))
        .isEqualTo(with(transfer, "opcode", 1));
    assertThat(filled(sqe -> Sqe.prepWrite(sqe, fd, address, length, offset, flags, data)))
        .isEqualTo(with(transfer, "opcode", 23, "rw_flags", flags));
    assertThat(filled(sqe -> Sqe.prepWritev(sqe, fd, address, length, offset, flags, data)))
        .isEqualTo(with(transfer, "opcode", 2, "rw_flags", flags));
    assertThat(filled(sqe -> Sqe.prepFallocate(sqe, fd, length, offset, address, data)))
        .isEqualTo(with(transfer, "opcode", 17));
  }

  @Property(tries = 100)
  void requests_without_data_leave_address_and_offset_zero(
      @ForAll int fd, @ForAll int events, @ForAll long target, @ForAll long data) {
    Map<String, Long> bare = Map.of("user_data", data);
    assertThat(filled(sqe -> Sqe.prepNop(sqe, data))).isEqualTo(with(bare, "opcode", 0, "fd", -1));
    assertThat(filled(sqe -> Sqe.prepFsync(sqe, fd, false, data)))
        .isEqualTo(with(bare, "opcode", 3, "fd", fd));
    assertThat(filled(sqe -> Sqe.prepFsync(sqe, fd, true, data)))
        .isEqualTo(with(bare, "opcode", 3, "fd", fd, "rw_flags", 1));
    assertThat(filled(sqe -> Sqe.prepPollAdd(sqe, fd, events, data)))
        .isEqualTo(with(bare, "opcode", 6, "fd", fd, "rw_flags", events));
    assertThat(filled(sqe -> Sqe.prepCancel(sqe, target, data)))
        .isEqualTo(with(bare, "opcode", 14, "fd", -1, "addr", target));
  }

  /** The fields of an entry that are not zero after {@code setter}. */
  private static Map<String, Long> filled(LongConsumer setter) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment sqe = arena.allocate(SQE);
      setter.accept(sqe.address());
      Map<String, Long> fields = new HashMap<>();
      for (MemoryLayout member : SQE.memberLayouts()) {
        long value = value(sqe.address() + offset(SQE, member.name().orElseThrow()), member);
        if (value != 0) {
          fields.put(member.name().orElseThrow(), value);
        }
      }
      return fields;
    }
  }

  private static long value(long address, MemoryLayout member) {
    return switch ((int) member.byteSize()) {
      case Byte.BYTES -> Mem.getByte(address);
      case Short.BYTES -> Mem.getShort(address);
      case Integer.BYTES -> Mem.getInt(address);
      default -> Mem.getLong(address);
    };
  }

  private static Map<String, Long> with(Map<String, Long> some, Object... more) {
    Map<String, Long> all = new HashMap<>(some);
    for (int i = 0; i < more.length; i += 2) {
      all.put((String) more[i], ((Number) more[i + 1]).longValue());
    }
    all.values().removeIf(value -> value == 0);
    return all;
  }

  private static int offset(StructLayout struct, String field) {
    return (int) struct.byteOffset(groupElement(field));
  }
}
