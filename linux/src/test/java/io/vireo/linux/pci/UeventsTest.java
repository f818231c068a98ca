package io.vireo.linux.pci;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.vireo.linux.Libc;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class UeventsTest {
  private static Optional<Uevent> parse(String text) {
    byte[] message = text.replace('|', '\0').getBytes(StandardCharsets.UTF_8);
    return Uevent.parse(message, message.length);
  }

  @Test
  void a_message_names_what_has_happened_to_which_function() {
    Uevent event =
        parse(
                "bind@/devices/pci0000:00/0000:00:01.0|ACTION=bind"
                    + "|DEVPATH=/devices/pci0000:00/0000:00:01.0|SUBSYSTEM=pci|DRIVER=vfio-pci"
                    + "|PCI_CLASS=10802|PCI_SLOT_NAME=0000:00:01.0|SEQNUM=1745|")
            .orElseThrow();
    assertThat(event.action()).isEqualTo("bind");
    assertThat(event.devpath()).isEqualTo("/devices/pci0000:00/0000:00:01.0");
    assertThat(event.subsystem()).isEqualTo("pci");
    assertThat(event.driver()).contains("vfio-pci");
    assertThat(event.pciAddress()).contains(PciAddress.parse("00:01.0"));
    assertThat(event.variables()).containsEntry("SEQNUM", "1745");
  }

  @Test
  void a_value_may_hold_an_equals_sign_and_be_empty() {
    Uevent event =
        parse("x|ACTION=add|DEVPATH=/a=b|SUBSYSTEM=block|EMPTY=|=none|junk|").orElseThrow();
    assertThat(event.devpath()).isEqualTo("/a=b");
    assertThat(event.variables()).containsEntry("EMPTY", "").hasSize(4);
    assertThat(event.pciAddress()).isEmpty();
    assertThat(event.driver()).isEmpty();
  }

  @Test
  void a_message_without_the_three_that_are_always_there_is_none() {
    assertThat(parse("")).isEmpty();
    assertThat(parse("|||")).isEmpty();
    assertThat(parse("libudev|ACTION=add|DEVPATH=/a")).isEmpty();
    assertThat(parse("add@/a|ACTION=add|SUBSYSTEM=pci")).isEmpty();
    assertThat(parse("add@/a|DEVPATH=/a|SUBSYSTEM=pci")).isEmpty();
  }

  @Property(tries = 300)
  void no_message_breaks_the_reader(@ForAll byte[] message) {
    assertThat(Uevent.parse(message, message.length)).isEmpty();
  }

  @Test
  @Timeout(20)
  void the_kernel_tells_what_somebody_asked_it_to_tell() throws Exception {
    Path uevent = Path.of("/sys/class/mem/null/uevent");
    assumeTrue(Files.isWritable(uevent), "only root may ask for a uevent");
    String id = UUID.randomUUID().toString();
    List<Uevent> seen = new ArrayList<>();
    try (Uevents uevents = Uevents.open()) {
      assertThat(uevents.drain(event -> {})).isTrue();
      Files.writeString(uevent, "change " + id + " TEST=1", StandardOpenOption.WRITE);
      while (seen.isEmpty()) {
        Libc.poll(new int[] {uevents.fd()}, new int[] {Libc.POLLIN}, -1);
        uevents.drain(
            event -> {
              if (id.equals(event.variables().get("SYNTH_UUID"))) {
                seen.add(event);
              }
            });
      }
    }
    assertThat(seen.getFirst().action()).isEqualTo("change");
    assertThat(seen.getFirst().subsystem()).isEqualTo("mem");
    assertThat(seen.getFirst().variables()).containsEntry("SYNTH_ARG_TEST", "1");
  }
}
