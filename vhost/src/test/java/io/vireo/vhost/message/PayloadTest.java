package io.vireo.vhost.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

/** Section "Payload": each layout byte by byte, and back. */
class PayloadTest {
  private static Message of(byte[] payload) {
    return new Message(new Header(0, Header.VERSION, payload.length), payload, new PassedFds());
  }

  private static byte[] hex(String text) {
    return HexFormat.of().parseHex(text.replace(" ", ""));
  }

  @Test
  void a_vring_state_is_index_and_number() {
    assertThat(new VringState(3, 256).encode()).isEqualTo(hex("03000000 00010000"));
    assertThat(of(hex("03000000 00010000")).vringState()).isEqualTo(new VringState(3, 256));
  }

  @Test
  void a_vring_address_has_used_before_available() {
    VringAddress address = new VringAddress(1, 1, 0x10, 0x20, 0x30, 0x40);
    byte[] bytes =
        hex(
            "01000000 01000000 1000000000000000 2000000000000000"
                + "3000000000000000 4000000000000000");
    assertThat(address.encode()).isEqualTo(bytes);
    assertThat(of(bytes).vringAddress()).isEqualTo(address);
    assertThat(address.usedUva()).isEqualTo(0x20);
  }

  @Test
  void a_ring_descriptor_is_an_index_of_eight_bits_and_a_flag() {
    assertThat(of(Message.encodeU64(0x105)).vringFd()).isEqualTo(new VringFd(5, true));
    assertThat(of(Message.encodeU64(0xff)).vringFd()).isEqualTo(new VringFd(255, false));
    assertThat(new VringFd(5, true).value()).isEqualTo(0x105);
    assertThat(new VringFd(7, false).value()).isEqualTo(7);
  }

  @Test
  void a_single_region_has_padding_before_it() {
    MemoryRegion region = new MemoryRegion(1, 2, 3, 4);
    byte[] bytes =
        hex(
            "0000000000000000 0100000000000000 0200000000000000"
                + "0300000000000000 0400000000000000");
    assertThat(region.encodeSingle()).isEqualTo(bytes);
    assertThat(of(bytes).memoryRegion()).isEqualTo(region);
  }

  @Test
  void a_table_of_more_regions_than_its_bytes_hold_is_refused() {
    byte[] bytes = new MemoryTable(List.of(new MemoryRegion(1, 2, 3, 4))).encode();
    assertThat(of(bytes).memoryTable().regions()).hasSize(1);
    for (int count : new int[] {0, 2, 9, -1}) {
      Message.over(bytes).putInt(count);
      assertThatThrownBy(() -> of(bytes).memoryTable()).isInstanceOf(ProtocolException.class);
    }
  }

  @Test
  void a_configuration_read_may_come_without_its_bytes_but_not_ask_for_more_than_256() {
    assertThat(of(hex("04000000 3c000000 00000000")).configRead().size()).isEqualTo(60);
    assertThatThrownBy(() -> of(hex("00000000 01010000 00000000")).configRead())
        .hasMessage("GET_CONFIG: 257 bytes are more than 256 (Virtio device config space)");
    assertThatThrownBy(() -> of(hex("00000000 ffffffff 00000000")).configRead())
        .hasMessageContaining("4294967295 bytes are more than 256");
  }

  @Test
  void a_configuration_write_has_at_least_the_bytes_it_announces() {
    ConfigSpace written = of(hex("20000000 01000000 00000000 01")).configWrite();
    assertThat(of(hex("20000000 01000000 00000000 01 0000ff")).configWrite().bytes())
        .containsExactly(1);
    assertThat(written.offset()).isEqualTo(32);
    assertThat(written.bytes()).containsExactly(1);
    assertThatThrownBy(() -> of(hex("20000000 02000000 00000000 01")).configWrite())
        .hasMessageContaining("1 bytes came, not the 2 announced");
  }

  @Property
  void any_table_comes_back_as_it_was(
      @ForAll @Size(max = 8) List<Long> numbers, @ForAll long other) {
    List<MemoryRegion> regions =
        numbers.stream().map(n -> new MemoryRegion(n, other, n ^ other, ~n)).toList();
    MemoryTable table = new MemoryTable(regions);
    assertThat(of(table.encode()).memoryTable()).isEqualTo(table);
  }

  @Property
  void any_configuration_comes_back_as_it_was(
      @ForAll int offset, @ForAll int flags, @ForAll @IntRange(max = 256) int size) {
    byte[] bytes = new byte[size];
    IntStream.range(0, size).forEach(i -> bytes[i] = (byte) i);
    ConfigSpace back = of(new ConfigSpace(offset, flags, bytes).encode()).configWrite();
    assertThat(back.offset()).isEqualTo(offset);
    assertThat(back.flags()).isEqualTo(flags);
    assertThat(back.bytes()).isEqualTo(bytes);
  }

  @Property
  void flags_of_a_header_are_taken_from_one_word(@ForAll int flags) {
    Header header = new Header(1, flags, 0);
    assertThat(header.isReply()).isEqualTo((flags & 4) == 4);
    assertThat(header.needsReply()).isEqualTo((flags & 8) == 8);
    assertThat(header.hasKnownVersion()).isEqualTo((flags & 3) == 1);
  }
}
