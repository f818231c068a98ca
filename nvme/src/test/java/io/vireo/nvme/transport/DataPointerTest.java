package io.vireo.nvme.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import io.vireo.memreg.MemoryMap;
import io.vireo.nvme.model.PointerWalk;
import io.vireo.nvme.spec.Sqe;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** What the driver writes as PRPs and SGLs is what a controller reads out of them (Base 4.1). */
class DataPointerTest {
  private static final int MAX_BYTES = 6 << 20;
  private static final long DATA = 0x7f00_0000_0000L; // never touched, only named
  private static final byte GUARD = 0x5a;
  private static final int GUARD_BYTES = 4096;

  private final PageTable pages = new PageTable();

  DataPointerTest() {
    // Neighbours are apart for the device, but for the second and third.
    long[] iovas = {0x40, 0x7, 0x8, 0x1000, 0x20, 0x3};
    for (int i = 0; i < iovas.length; i++) {
      long entry = MemoryMap.ENTRY_BYTES;
      pages.entries().set(DATA + i * entry, entry, iovas[i] * entry);
    }
  }

  /** A request's data pointer, written into memory of its own with guards around. */
  private final class Written implements AutoCloseable {
    final Arena arena = Arena.ofConfined();
    final NvmeRequest request;
    final int pageBytes;
    final int listBytes;
    final long sqe = arena.allocate(Sqe.BYTES, 8).address();
    final long list;
    // The list lies elsewhere for the device, too.
    final long listIova = 0x1234_0000_0000L;
    int result;

    Written(NvmeRequest request, int pageBytes) {
      this.request = request;
      this.pageBytes = pageBytes;
      int longest = (int) Math.max(512, request.totalBytes());
      this.listBytes = PrpList.listBytes(longest, pageBytes);
      this.list = arena.allocate(listBytes + GUARD_BYTES, pageBytes).address();
      Mem.fill(list, listBytes + GUARD_BYTES, GUARD);
    }

    Written prp() {
      result = new PrpList(pages, pageBytes).describe(request, sqe, list, listIova);
      return checked();
    }

    Written sgl(int alignmentBytes) {
      result = new SglList(pages, alignmentBytes).describe(request, sqe, list, listIova, listBytes);
      return checked();
    }

    private Written checked() {
      for (int i = 0; i < GUARD_BYTES; i++) {
        assertThat(Mem.getByte(list + listBytes + i)).isEqualTo(GUARD);
      }
      return this;
    }

    long first() {
      return Mem.getLong(sqe + Sqe.DPTR);
    }

    long second() {
      return Mem.getLong(sqe + Sqe.PRP2);
    }

    PointerWalk walk() {
      return new PointerWalk(iova -> list + (iova - listIova), pageBytes);
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  private static NvmeRequest request(long... addressesAndLengths) {
    NvmeRequest request = new NvmeRequest((r, status) -> {}, addressesAndLengths.length / 2);
    for (int i = 0; i < addressesAndLengths.length; i += 2) {
      assertThat(request.addData(addressesAndLengths[i], addressesAndLengths[i + 1])).isTrue();
    }
    return request;
  }

  private long[] expectedDwords(NvmeRequest request) {
    long[] all = new long[(int) (request.totalBytes() / 4)];
    int count = 0;
    for (int i = 0; i < request.pieces(); i++) {
      for (long at = 0; at < request.bytes(i); at += 4) {
        all[count++] = pages.iova(request.hva(i) + at);
      }
    }
    return all;
  }

  @Property(tries = 150)
  void one_piece_of_any_alignment_and_length_is_read_as_it_was_meant(
      @ForAll @IntRange(max = MAX_BYTES / 4 - 1) int startDword,
      @ForAll @IntRange(min = 1, max = MAX_BYTES / 4) int dwords,
      @ForAll @IntRange(min = 12, max = 16) int pageShift) {
    long bytes = Math.min(4L * dwords, MAX_BYTES - 4L * startDword);
    NvmeRequest request = request(DATA + 4L * startDword, bytes);
    try (Written written = new Written(request, 1 << pageShift).prp()) {
      assertThat(written.result).isEqualTo(TransportQueue.SUBMITTED);
      long[] read = written.walk().prpDwords(written.first(), written.second(), (int) bytes);
      assertThat(Arrays.equals(read, expectedDwords(request))).isTrue();
    }
  }

  @Property(tries = 300)
  void pieces_that_meet_at_pages_are_read_as_they_were_meant(
      @ForAll @IntRange(max = 1023) int startDword,
      @ForAll @Size(min = 1, max = 8) List<@IntRange(min = 1, max = 40) Integer> pagesOfPieces,
      @ForAll @IntRange(max = 1023) int missingDwords) {
    long[] list = new long[pagesOfPieces.size() * 2];
    for (int i = 0; i < pagesOfPieces.size(); i++) {
      int slot = i * 5 % 8; // each piece in a place of its own, not in order
      list[2 * i] = DATA + slot * (MAX_BYTES / 8L / 4096 * 4096);
      list[2 * i + 1] = pagesOfPieces.get(i) * 4096L;
    }
    list[0] += 4L * startDword;
    list[1] -= 4L * startDword;
    int last = list.length - 1;
    list[last] -= Math.min(4L * missingDwords, list[last] - 4);
    NvmeRequest request = request(list);
    try (Written written = new Written(request, 4096).prp()) {
      assertThat(written.result).isEqualTo(TransportQueue.SUBMITTED);
      int bytes = (int) request.totalBytes();
      long[] read = written.walk().prpDwords(written.first(), written.second(), bytes);
      assertThat(Arrays.equals(read, expectedDwords(request))).isTrue();
    }
  }

  @Property(tries = 300)
  void any_pieces_in_an_sgl_are_read_as_they_were_meant(
      @ForAll @Size(min = 1, max = 8) List<@IntRange(max = 100_000) Integer> starts,
      @ForAll @Size(min = 8, max = 8) List<@IntRange(min = 1, max = 60_000) Integer> lengths) {
    long[] list = new long[starts.size() * 2];
    for (int i = 0; i < starts.size(); i++) {
      list[2 * i] = DATA + i * (MAX_BYTES / 8L) + 4L * starts.get(i);
      list[2 * i + 1] = 4L * lengths.get(i);
    }
    NvmeRequest request = request(list);
    try (Written written = new Written(request, 4096).sgl(4)) {
      assertThat(written.result).isEqualTo(TransportQueue.SUBMITTED);
      int bytes = (int) request.totalBytes();
      long[] read = written.walk().sglDwords(written.first(), written.second(), bytes);
      assertThat(Arrays.equals(read, expectedDwords(request))).isTrue();
    }
  }

  @Property(tries = 300)
  void prps_say_all_pieces_that_can_be_said_and_refuse_the_others(
      @ForAll @Size(min = 2, max = 4) List<@IntRange(max = 4) Integer> startPages,
      @ForAll @Size(min = 4, max = 4) List<@IntRange(max = 3) Integer> startQuarters,
      @ForAll @Size(min = 4, max = 4) List<@IntRange(min = 1, max = 12) Integer> quarters) {
    long[] list = new long[startPages.size() * 2];
    boolean fits = true;
    for (int i = 0; i < startPages.size(); i++) {
      list[2 * i] = DATA + (i * 64L + startPages.get(i)) * 4096 + startQuarters.get(i) * 1024L;
      list[2 * i + 1] = quarters.get(i) * 1024L;
      boolean last = i == startPages.size() - 1;
      fits &= i == 0 || list[2 * i] % 4096 == 0;
      fits &= last || (list[2 * i] + list[2 * i + 1]) % 4096 == 0;
    }
    try (Written written = new Written(request(list), 4096).prp()) {
      assertThat(written.result)
          .isEqualTo(fits ? TransportQueue.SUBMITTED : TransportQueue.MISALIGNED);
    }
  }

  @Test
  void a_page_and_two_pages_need_no_list() {
    try (Written written = new Written(request(DATA + 512, 3584), 4096).prp()) {
      assertThat(written.first()).isEqualTo(pages.iova(DATA + 512));
      assertThat(written.second()).isZero();
      assertThat(Mem.getByte(written.list)).isEqualTo(GUARD);
    }
    try (Written written = new Written(request(DATA + 512, 3588), 4096).prp()) {
      assertThat(written.second()).isEqualTo(pages.iova(DATA + 4096));
    }
    try (Written written = new Written(request(DATA + 512, 3584 + 4096 + 4), 4096).prp()) {
      assertThat(written.second()).isEqualTo(written.listIova);
    }
  }

  @Test
  void data_outside_the_map_are_refused_wherever_they_leave_it() {
    long end = DATA + MAX_BYTES * 2L; // six entries of 2 MiB
    for (long start : new long[] {end, end - 4, end - 4096, end - 8192, end - 65536}) {
      try (Written written = new Written(request(start, 128 * 1024), 4096)) {
        assertThat(written.prp().result).isEqualTo(TransportQueue.UNMAPPED);
        assertThat(written.sgl(1).result).isEqualTo(TransportQueue.UNMAPPED);
      }
    }
  }

  @Test
  void a_prp_begins_at_a_multiple_of_four() {
    for (int odd = 1; odd < 4; odd++) {
      try (Written written = new Written(request(DATA + odd, 512), 4096)) {
        assertThat(written.prp().result).isEqualTo(TransportQueue.MISALIGNED);
        assertThat(written.sgl(4).result).isEqualTo(TransportQueue.MISALIGNED);
        assertThat(written.sgl(1).result).isEqualTo(TransportQueue.SUBMITTED);
      }
    }
  }
}
