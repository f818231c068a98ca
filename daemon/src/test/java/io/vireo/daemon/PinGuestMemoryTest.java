package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevGeometry;
import io.vireo.bdev.IoType;
import io.vireo.reactor.Reactor;
import io.vireo.vhost.frontend.FrontendMemory;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.virtio.VirtioFeatures;
import java.io.IOException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/** The operator's side of pinning. */
class PinGuestMemoryTest extends TargetFixture {
  private static final long BYTES = 8 << 20;

  @BeforeEach
  void prepare() throws IOException {
    target.bdevs().register(new DirectBdev());
    target.malloc("copying");
  }

  /** Its device would reach memory by itself; nobody gets so far as to ask for a channel. */
  private static final class DirectBdev extends Bdev {
    DirectBdev() {
      super("direct", uuidOf(null), BdevGeometry.of(512), 8);
    }

    @Override
    public String productName() {
      return "Direct disk";
    }

    @Override
    public boolean supports(IoType type) {
      return true;
    }

    @Override
    public boolean dma() {
      return true;
    }

    @Override
    protected BdevChannel createChannel(Reactor reactor) {
      throw new UnsupportedOperationException();
    }

    @Override
    protected void destroy() {}
  }

  private JsonNode controller(String bdev, Object... more) throws IOException {
    Object[] params = new Object[4 + more.length];
    System.arraycopy(new Object[] {"ctrlr", "c", "dev_name", bdev}, 0, params, 0, 4);
    System.arraycopy(more, 0, params, 4, more.length);
    target.call("vhost_create_blk_controller", params);
    return target.call("vhost_get_controllers", "name", "c").get(0);
  }

  private long pinnedBytesOfGuest() throws IOException {
    try (FrontendMemory memory = FrontendMemory.of("vireo-test-guest", BYTES);
        VhostUserFrontend frontend = VhostUserFrontend.connect(dir.resolve("c"), 20_000)) {
      frontend.negotiate(VirtioFeatures.VERSION_1, ProtocolFeatures.OFFERED);
      frontend.share(memory);
      JsonNode session =
          target.call("vhost_get_controllers", "name", "c").get(0).path("sessions").get(0);
      assertThat(session.path("mapped_memory_bytes").longValue()).isEqualTo(BYTES);
      assertThat(session.has("pin_failure")).isFalse();
      return session.path("pinned_memory_bytes").longValue();
    }
  }

  @Test
  void guests_of_a_bdev_that_reaches_memory_by_itself_are_pinned() throws IOException {
    assertThat(controller("direct").path("pin_guest_memory").booleanValue()).isTrue();
    assertThat(pinnedBytesOfGuest()).isEqualTo(BYTES);
  }

  @Test
  void the_operator_can_rule_it_out() throws IOException {
    JsonNode shown = controller("direct", "pin_guest_memory", false);
    assertThat(shown.path("pin_guest_memory").booleanValue()).isFalse();
    assertThat(pinnedBytesOfGuest()).isZero();
  }

  @Test
  void asking_for_it_changes_nothing_where_the_bdev_does_not_need_it() throws IOException {
    JsonNode shown = controller("copying", "pin_guest_memory", true);
    assertThat(shown.path("pin_guest_memory").booleanValue()).isFalse();
    assertThat(pinnedBytesOfGuest()).isZero();
  }
}
