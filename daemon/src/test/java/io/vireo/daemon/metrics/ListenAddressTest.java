package io.vireo.daemon.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.net.InetSocketAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListenAddressTest {
  @ParameterizedTest
  @CsvSource({
    "9100, 127.0.0.1, 9100",
    ":9100, 127.0.0.1, 9100",
    "0, 127.0.0.1, 0",
    ":65535, 127.0.0.1, 65535",
    "0.0.0.0:9100, 0.0.0.0, 9100",
    "127.0.0.2:1, 127.0.0.2, 1",
    "[::1]:9100, 0:0:0:0:0:0:0:1, 9100",
    "[::]:9100, 0:0:0:0:0:0:0:0, 9100"
  })
  void an_address_is_taken_as_it_is_and_without_a_host_it_is_the_loopback(
      String text, String host, int port) {
    InetSocketAddress address = ListenAddress.parse(text);
    assertThat(address.getAddress().getHostAddress()).isEqualTo(host);
    assertThat(address.getPort()).isEqualTo(port);
  }

  @ParameterizedTest
  @ValueSource(strings = {"nonsense", "", "::1:9100", "-1", "a:", ":", "9100 ", "[::1]9100"})
  void what_has_another_form_is_told(String text) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ListenAddress.parse(text))
        .withMessage(
            "'%s' is not HOST:PORT, :PORT or PORT; an IPv6 host is in brackets".formatted(text));
  }

  @ParameterizedTest
  @CsvSource({
    "70000, port 70000 is more than 65535",
    ":65536, port 65536 is more than 65535",
    "nowhere.invalid:1, the host 'nowhere.invalid' is not known",
    "[zz]:1, the host '[zz]' is not known"
  })
  void what_there_cannot_be_is_told(String text, String sentence) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ListenAddress.parse(text))
        .withMessage(sentence);
  }
}
