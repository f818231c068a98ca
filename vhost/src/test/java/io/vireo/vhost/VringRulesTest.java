package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.EventFd;
import io.vireo.linux.Libc;
import io.vireo.vhost.message.Message;
import io.vireo.vhost.message.Request;
import io.vireo.vhost.message.VringAddress;
import io.vireo.vhost.message.VringFd;
import io.vireo.vhost.message.VringState;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What a front-end may say of a ring, and what is refused. */
class VringRulesTest extends ProtocolTest {
  @Test
  void a_descriptor_that_is_no_eventfd_is_refused_and_closed() {
    int memfd = memfd();
    for (Request request :
        new Request[] {Request.SET_VRING_KICK, Request.SET_VRING_CALL, Request.SET_VRING_ERR}) {
      assertRefused(() -> frontend.setDescriptor(request, 0, memfd));
    }
    assertThat(device.queues).isEmpty();
    Libc.close(memfd);
  }

  @Test
  void bit_8_and_the_descriptor_must_agree() {
    EventFd fd = EventFd.create();
    byte[] withFd = Message.encodeU64(new VringFd(0, false).value());
    byte[] noFd = Message.encodeU64(new VringFd(0, true).value());
    assertRefused(() -> frontend.command(Request.SET_VRING_CALL, withFd));
    assertRefused(() -> frontend.command(Request.SET_VRING_CALL, noFd, fd.fd()));
    assertRefused(() -> frontend.command(Request.SET_VRING_CALL, withFd, fd.fd(), fd.fd()));
    fd.close();
  }

  @ParameterizedTest
  @ValueSource(ints = {QUEUES, 255, Integer.MAX_VALUE, -1})
  void a_ring_that_the_device_does_not_have_is_refused(int index) {
    assertRefused(() -> frontend.setState(Request.SET_VRING_NUM, index, 256));
    assertRefused(() -> frontend.setState(Request.SET_VRING_ENABLE, index, 1));
    EventFd fd = EventFd.create();
    assertRefused(() -> frontend.setDescriptor(Request.SET_VRING_KICK, index & 0xff, fd.fd()));
    fd.close();
    frontend.send(Request.GET_VRING_BASE, new VringState(index, 0).encode());
    assertThat(frontend.awaitEnd()).isTrue();
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 3, 300, 2048, 65536, -1, Integer.MIN_VALUE})
  void a_size_that_is_no_power_of_two_or_too_large_is_refused(int size) {
    assertRefused(() -> frontend.setState(Request.SET_VRING_NUM, 0, size));
  }

  @Test
  void sizes_from_1_to_the_devices_largest_are_accepted() {
    for (int size = 1; size <= 1024; size *= 2) {
      frontend.setState(Request.SET_VRING_NUM, 0, size);
    }
  }

  @Test
  void a_base_has_16_bits() {
    frontend.setState(Request.SET_VRING_BASE, 0, 65535);
    assertRefused(() -> frontend.setState(Request.SET_VRING_BASE, 0, 65536));
    assertRefused(() -> frontend.setState(Request.SET_VRING_BASE, 0, -1));
    assertThat(frontend.stop(0)).isEqualTo(65535);
  }

  @Test
  void size_and_base_of_a_running_ring_stay() {
    startRing(0, 12);
    assertRefused(() -> frontend.setState(Request.SET_VRING_NUM, 0, 128));
    assertRefused(() -> frontend.setState(Request.SET_VRING_BASE, 0, 13));
    frontend.setState(Request.SET_VRING_NUM, 0, QUEUE_SIZE);
    frontend.setState(Request.SET_VRING_BASE, 0, 12);
    assertThat(device.queues).hasSize(1);
  }

  @Test
  void addresses_must_be_aligned_to_16_2_and_4() {
    frontend.share(memory);
    frontend.setState(Request.SET_VRING_NUM, 0, QUEUE_SIZE);
    VringAddress good = newRing(0).address();
    assertRefused(() -> address(good, 8, 0, 0));
    assertRefused(() -> address(good, 0, 2, 0));
    assertRefused(() -> address(good, 0, 0, 1));
    address(good, 16, 4, 2);
  }

  private void address(VringAddress at, long desc, long used, long avail) {
    VringAddress moved =
        new VringAddress(
            at.index(),
            at.flags(),
            at.descriptorUva() + desc,
            at.usedUva() + used,
            at.availableUva() + avail,
            0);
    frontend.command(Request.SET_VRING_ADDR, moved.encode());
  }

  @Test
  void each_part_must_lie_in_one_region() {
    frontend.share(memory);
    frontend.setState(Request.SET_VRING_NUM, 0, QUEUE_SIZE);
    VringAddress good = newRing(0).address();
    long end = memory.regions().getFirst().hva() + 4 * MIB;
    long last = end - QUEUE_SIZE * 16L;
    address(good, last - good.descriptorUva(), 0, 0);
    assertRefused(() -> address(good, last + 16 - good.descriptorUva(), 0, 0));
    assertRefused(() -> address(good, -good.descriptorUva(), 0, 0));
    assertRefused(() -> address(good, 0, end - good.usedUva(), 0));
    assertRefused(() -> address(good, 0, 0, end - 2 - good.availableUva()));
  }

  @Test
  void a_size_that_makes_the_ring_leave_its_region_is_refused() {
    frontend.share(memory);
    frontend.setState(Request.SET_VRING_NUM, 0, QUEUE_SIZE);
    VringAddress good = newRing(0).address();
    long last = memory.regions().getFirst().hva() + 4 * MIB - QUEUE_SIZE * 16L;
    address(good, last - good.descriptorUva(), 0, 0);
    assertRefused(() -> frontend.setState(Request.SET_VRING_NUM, 0, 1024));
  }

  @Test
  void a_log_is_not_offered_so_its_flag_is_refused() {
    frontend.share(memory);
    frontend.setState(Request.SET_VRING_NUM, 0, QUEUE_SIZE);
    VringAddress good = newRing(0).address();
    VringAddress logged =
        new VringAddress(
            0, VringAddress.FLAG_LOG, good.descriptorUva(), good.usedUva(), good.availableUva(), 0);
    assertRefused(() -> frontend.command(Request.SET_VRING_ADDR, logged.encode()));
  }
}
