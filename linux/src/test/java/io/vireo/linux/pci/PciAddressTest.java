package io.vireo.linux.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PciAddressTest {
  @Test
  void the_full_and_the_short_form_are_read() {
    assertThat(PciAddress.parse("0000:01:00.0")).isEqualTo(new PciAddress(0, 1, 0, 0));
    assertThat(PciAddress.parse("3b:1f.7")).isEqualTo(new PciAddress(0, 0x3b, 0x1f, 7));
    assertThat(PciAddress.parse("10000:E1:00.0")).hasToString("10000:e1:00.0");
    assertThat(PciAddress.parse("1:2.3")).hasToString("0000:01:02.3");
  }

  @Property(tries = 200)
  void what_is_written_is_read_again(
      @ForAll @LongRange(max = 0xffffffffL) long domain,
      @ForAll @IntRange(max = 0xff) int bus,
      @ForAll @IntRange(max = 0x1f) int device,
      @ForAll @IntRange(max = 7) int function) {
    PciAddress address = new PciAddress(domain, bus, device, function);
    assertThat(PciAddress.parse(address.toString())).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "01:00",
        "01:00.8",
        "01:00.0 ",
        " 01:00.0",
        "01.00.0",
        "0000:01:00.0\n",
        "123456789:01:00.0",
        "0000:100:00.0",
        "0000:01:000.0",
        ":01:00.0",
        "0000:01:00.-1",
        "../../etc"
      })
  void anything_else_is_refused(String text) {
    assertThatThrownBy(() -> PciAddress.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("\"" + text + "\" is not a PCI address such as 0000:01:00.0 or 01:00.0");
  }

  @Test
  void a_device_has_five_bits() {
    assertThatThrownBy(() -> PciAddress.parse("01:20.0")).hasMessage("PCI device 20 is above 1f");
  }

  @Test
  void order_is_that_of_the_buses() {
    List<PciAddress> addresses =
        List.of(
            PciAddress.parse("0000:00:02.1"),
            PciAddress.parse("0000:00:10.0"),
            PciAddress.parse("0000:0a:00.0"),
            PciAddress.parse("10000:00:00.0"));
    assertThat(addresses.reversed().stream().sorted()).containsExactlyElementsOf(addresses);
  }
}
