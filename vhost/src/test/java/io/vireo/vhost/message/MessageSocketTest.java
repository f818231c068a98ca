package io.vireo.vhost.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.linux.Errno;
import io.vireo.linux.ErrnoException;
import io.vireo.linux.FileStat;
import io.vireo.linux.Libc;
import io.vireo.linux.UnixSocket;
import java.io.File;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class MessageSocketTest {
  private UnixSocket peer;
  private MessageSocket socket;

  @BeforeEach
  void open() {
    UnixSocket[] pair = UnixSocket.pair();
    peer = pair[0];
    socket = new MessageSocket(pair[1], Libc.MSG_DONTWAIT);
  }

  @AfterEach
  void close() {
    peer.close();
    socket.close();
  }

  private void write(byte[] bytes, int from, int to, int... fds) {
    assertThat(peer.send(bytes, from, to - from, 0, fds)).isEqualTo(to - from);
  }

  private static byte[] message(int request, int flags, byte[] payload) {
    byte[] bytes = new byte[Header.BYTES + payload.length];
    var out = Message.over(bytes);
    new Header(request, flags, payload.length).encode(out);
    out.put(payload);
    return bytes;
  }

  @Test
  void a_message_that_comes_byte_by_byte_is_complete_with_its_last_byte() {
    byte[] bytes = message(2, 1, Message.encodeU64(42));
    for (int i = 0; i < bytes.length; i++) {
      assertThat(socket.receive()).isEmpty();
      write(bytes, i, i + 1);
    }
    try (Message message = socket.receive().orElseThrow()) {
      assertThat(message.header()).isEqualTo(new Header(2, 1, 8));
      assertThat(message.u64()).isEqualTo(42);
    }
    assertThat(socket.receive()).isEmpty();
    assertThat(socket.ended()).isFalse();
  }

  @Test
  void descriptors_of_one_message_are_not_taken_for_those_of_the_next() {
    int memfd = Libc.memfdCreate("passed", 0);
    byte[] plain = message(1, 1, new byte[0]);
    byte[] withFd = message(12, 1, Message.encodeU64(0));
    write(plain, 0, plain.length);
    write(withFd, 0, withFd.length, memfd);
    write(plain, 0, plain.length);
    assertThat(fdsOfNext()).isZero();
    try (Message message = socket.receive().orElseThrow()) {
      assertThat(message.fds().count()).isEqualTo(1);
      assertThat(FileStat.of(message.fds().get(0)).inode()).isEqualTo(FileStat.of(memfd).inode());
    }
    assertThat(fdsOfNext()).isZero();
    Libc.close(memfd);
  }

  private int fdsOfNext() {
    try (Message message = socket.receive().orElseThrow()) {
      return message.fds().count();
    }
  }

  @Test
  void descriptors_that_come_with_a_payload_are_refused_and_closed() {
    byte[] bytes = message(12, 1, Message.encodeU64(0));
    for (int cut : new int[] {Header.BYTES, Header.BYTES + 1}) {
      close();
      open();
      int before = openFds();
      write(bytes, 0, cut);
      write(bytes, cut, bytes.length, peer.fd());
      assertThatThrownBy(() -> socket.receive())
          .isInstanceOf(ProtocolException.class)
          .hasMessageContaining("descriptors came with its payload");
      socket.close();
      assertThat(openFds()).isEqualTo(before - 1);
    }
  }

  @Test
  void as_many_descriptors_as_can_be_sent_are_closed_with_their_message() {
    int before = openFds();
    byte[] bytes = message(5, 1, new byte[8]);
    write(bytes, 0, bytes.length, IntStream.range(0, 253).map(i -> peer.fd()).toArray());
    try (Message message = socket.receive().orElseThrow()) {
      assertThat(message.fds().count()).isEqualTo(253);
      Libc.close(message.fds().take(7));
    }
    assertThat(openFds()).isEqualTo(before);
  }

  @Test
  void a_message_that_never_ends_keeps_no_more_descriptors_than_a_request_can_have() {
    byte[] bytes = message(5, 1, new byte[8]);
    int[] many = IntStream.range(0, 253).map(i -> peer.fd()).toArray();
    int before = openFds();
    for (int at = 0; at < 11; at++) {
      write(bytes, at, at + 1, many);
      assertThat(socket.receive()).isEmpty();
      assertThat(openFds() - before).isLessThanOrEqualTo(PassedFds.MAX_OPEN);
    }
    write(bytes, 11, bytes.length);
    try (Message message = socket.receive().orElseThrow()) {
      assertThat(message.fds().count()).as("refused by its number").isEqualTo(11 * 253);
    }
    assertThat(openFds()).isEqualTo(before);
  }

  @Test
  void descriptors_of_a_message_that_never_ends_are_closed_with_the_connection() {
    byte[] bytes = message(12, 1, Message.encodeU64(0));
    int before = openFds();
    int memfd = Libc.memfdCreate("passed", 0);
    write(bytes, 0, 15, memfd, memfd);
    Libc.close(memfd);
    peer.close();
    assertThat(socket.receive()).isEmpty();
    assertThat(socket.ended()).isTrue();
    socket.close();
    assertThat(openFds()).isEqualTo(before - 2);
  }

  @Test
  void another_version_than_1_is_no_message() {
    for (int version : new int[] {0, 2, 3}) {
      close();
      open();
      write(message(1, version, new byte[0]), 0, Header.BYTES);
      assertThatThrownBy(() -> socket.receive())
          .hasMessage("message: version " + version + " is not 1 (Message Specification)");
    }
  }

  @Test
  void a_payload_longer_than_any_is_refused_before_it_is_read() {
    for (int size : new int[] {MessageSocket.MAX_PAYLOAD_BYTES + 1, -1}) {
      close();
      open();
      byte[] header = new byte[Header.BYTES];
      new Header(1, 1, size).encode(Message.over(header));
      write(header, 0, header.length);
      assertThatThrownBy(() -> socket.receive())
          .hasMessageContaining(Integer.toUnsignedString(size) + " bytes is longer than 4096");
    }
  }

  @Test
  void a_peer_that_does_not_read_costs_an_error_and_no_waiting() {
    assertThatThrownBy(
            () -> {
              while (true) {
                socket.send(1, Header.VERSION, new byte[256]);
              }
            })
        .isInstanceOfSatisfying(
            ErrnoException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EAGAIN));
  }

  @Property(tries = 200)
  void messages_cut_anywhere_arrive_as_they_were_sent(
      @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 300) Integer> sizes,
      @ForAll @Size(min = 1, max = 6) List<@IntRange(min = 1, max = 400) Integer> cuts) {
    UnixSocket[] pair = UnixSocket.pair();
    try (UnixSocket from = pair[0];
        MessageSocket to = new MessageSocket(pair[1], 0)) {
      int[] fds = {from.fd()};
      for (int i = 0; i < sizes.size(); i++) {
        byte[] payload = new byte[sizes.get(i)];
        Arrays.fill(payload, (byte) i);
        byte[] bytes = message(i, 1, payload);
        Optional<Message> received = Optional.empty();
        for (int at = 0, cut = i; at < bytes.length; cut++) {
          assertThat(received).isEmpty();
          int end = Math.min(bytes.length, at + cuts.get(cut % cuts.size()));
          from.send(bytes, at, end - at, 0, at == 0 && i % 2 == 1 ? fds : new int[0]);
          received = to.receive();
          at = end;
        }
        try (Message message = received.orElseThrow()) {
          assertThat(message.header()).isEqualTo(new Header(i, 1, sizes.get(i)));
          assertThat(message.payload()).isEqualTo(payload);
          assertThat(message.fds().count()).isEqualTo(i % 2);
        }
      }
    }
  }

  private static int openFds() {
    return new File("/proc/self/fd").list().length;
  }
}
