package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevException;
import io.vireo.nvme.model.Command;
import io.vireo.nvme.model.Faults;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a controller is told when it is enabled, and of one that cannot be. */
class FeaturesTest {
  private static final String ADDRESS = DiskFixture.ADDRESS;
  private static final int ARBITRATION = 0x01;
  private static final int KEEP_ALIVE = 0x0f;

  private final ModuleFixture module = new ModuleFixture();
  private final ModelBus.Slot slot = module.bus.add(ADDRESS, ModelOptions.DEFAULT);
  private final List<Command> features = new CopyOnWriteArrayList<>();

  FeaturesTest() {
    slot.model()
        .faults()
        .always(c -> c.isAdmin() && c.opcode() == 0x09 && isNoFault(c), Kind.DROP, 0);
  }

  /** Takes note of a command. */
  private boolean isNoFault(Command command) {
    features.add(command);
    return false;
  }

  @AfterEach
  void close() {
    module.close();
  }

  private void set(Map<String, ?> options) {
    module.call("bdev_nvme_set_options", Form.of(NvmeSetOptions.class, options));
  }

  private List<Integer> told(int feature) {
    return features.stream()
        .filter(c -> (c.cdw10() & 0xff) == feature)
        .map(Command::cdw11)
        .toList();
  }

  @Test
  void arbitration_is_told_again_after_each_reset() {
    set(
        Map.of(
            "arbitration_burst", 3,
            "low_priority_weight", 1,
            "medium_priority_weight", 5,
            "high_priority_weight", 9));
    module.attach("Nvme0", ADDRESS);
    int expected = 9 << 24 | 5 << 16 | 1 << 8 | 3;
    assertThat(told(ARBITRATION)).containsExactly(expected);
    module.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
    assertThat(told(ARBITRATION)).containsExactly(expected, expected);
  }

  @Test
  void nothing_is_told_of_it_where_nothing_is_wanted() {
    module.attach("Nvme0", ADDRESS);
    assertThat(told(ARBITRATION)).isEmpty();
  }

  @Test
  void a_controller_with_such_a_timer_is_told_that_its_host_lives() throws Exception {
    set(Map.of("keep_alive_timeout_ms", 20));
    module.attach("Nvme0", ADDRESS);
    assertThat(told(KEEP_ALIVE)).containsExactly(20);
    ModuleFixture.until(() -> slot.model().keepAlives() > 3);
    module.call("bdev_nvme_reset_controller", new NvmeName("Nvme0", null));
    assertThat(told(KEEP_ALIVE)).containsExactly(20, 20);
    int before = slot.model().keepAlives();
    ModuleFixture.until(() -> slot.model().keepAlives() > before + 3);
  }

  @Test
  void the_longest_time_that_can_be_set_is_told_too() {
    set(Map.of("keep_alive_timeout_ms", 86_400_000));
    module.attach("Nvme0", ADDRESS);
    assertThat(told(KEEP_ALIVE)).containsExactly(86_400_000);
  }

  @Test
  void it_is_not_where_an_operator_wants_no_timer() {
    set(Map.of("keep_alive_timeout_ms", 0));
    module.attach("Nvme0", ADDRESS);
    assertThat(told(KEEP_ALIVE)).isEmpty();
    module.call("bdev_nvme_get_controller_health_info", new NvmeHealth("Nvme0"));
    assertThat(slot.model().keepAlives()).isZero();
  }

  @Test
  void one_that_fails_and_cannot_be_stopped_is_stopped_from_outside_and_leaves_nothing() {
    set(Map.of("timeout_admin_us", 30_000));
    Faults faults = slot.model().faults();
    faults.always(c -> isIdentify(c) && stick(faults), Kind.LOST, 0);
    module.clock.stop();
    Thread operator =
        Thread.ofPlatform()
            .start(
                () ->
                    assertThatThrownBy(() -> module.attach("Nvme0", ADDRESS))
                        .isInstanceOf(BdevException.class)
                        .hasMessageContaining("did not end within 30 ms"));
    while (operator.isAlive()) {
      module.clock.advanceMs(faults.readyIsStuck() ? 20 : 0);
      LockSupport.parkNanos(100_000);
    }
    assertThat(slot.stops).hasValue(1);
    assertThat(slot.allocations()).isZero();
    assertThat(slot.open).isFalse();
    faults.clear();
    assertThat(module.attach("Nvme0", ADDRESS)).isEqualTo(List.of("Nvme0n1"));
  }

  private static boolean isIdentify(Command command) {
    return command.isAdmin() && command.opcode() == 0x06;
  }

  /** CSTS.RDY stays 1 from now on. */
  private static boolean stick(Faults faults) {
    faults.stickReady(true);
    return true;
  }
}
