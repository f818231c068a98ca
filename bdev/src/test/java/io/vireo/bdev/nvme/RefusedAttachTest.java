package io.vireo.bdev.nvme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevException;
import io.vireo.nvme.model.Faults.Kind;
import io.vireo.nvme.model.ModelOptions;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** An attach that is refused leaves everything as it was: the next one works. */
class RefusedAttachTest {
  private static final String FIRST = "0000:01:00.0";
  private static final String SECOND = "0000:02:00.0";

  /** Commands from attaching to the last of two namespaces, at least. */
  private static final int STEPS = 10;

  private final ModuleFixture fixture = new ModuleFixture();

  @AfterEach
  void close() {
    fixture.close();
  }

  private void assertNothing(ModelBus.Slot slot) {
    assertThat(slot.open).isFalse();
    assertThat(slot.allocations()).isZero();
    assertThat(fixture.bdevs.all()).isEmpty();
    assertThat(fixture.configuration()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"STATUS", "FATAL"})
  void whichever_command_of_the_controller_fails(Kind kind) {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT.withNamespaces(2, 9));
    int refused = 0;
    for (int step = 0; step < STEPS; step++) {
      AtomicInteger left = new AtomicInteger(step);
      slot.model().faults().once(any -> left.getAndDecrement() == 0, kind, 0x4006);
      try {
        fixture.attach("Nvme0", FIRST);
        fixture.call("bdev_nvme_detach_controller", fixture.detach("Nvme0"));
      } catch (BdevException e) {
        assertThat(e).hasMessageStartingWith(FIRST + ": ");
        refused++;
      }
      assertNothing(slot);
      slot.model().faults().clear();
      assertThat(fixture.attach("Nvme0", FIRST)).isEqualTo(List.of("Nvme0n1", "Nvme0n2"));
      fixture.call("bdev_nvme_detach_controller", fixture.detach("Nvme0"));
      assertNothing(slot);
    }
    assertThat(refused).isGreaterThan(2);
  }

  @Test
  void what_is_not_there_may_come() {
    assertThatThrownBy(() -> fixture.attach("Nvme0", FIRST)).hasMessageContaining("cannot be had");
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    assertNothing(slot);
    assertThat(fixture.attach("Nvme0", FIRST)).isEqualTo(List.of("Nvme0n1"));
  }

  @Test
  void what_is_attached_already_may_be_detached_and_had_under_another_name() {
    ModelBus.Slot slot = fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
    assertThatThrownBy(() -> fixture.attach("Nvme1", FIRST)).hasMessageContaining("cannot be had");
    assertThat(slot.open).isTrue();
    assertThat(fixture.state("Nvme0")).isEqualTo("enabled");
    fixture.call("bdev_nvme_detach_controller", fixture.detach("Nvme0"));
    assertThat(fixture.attach("Nvme1", FIRST)).isEqualTo(List.of("Nvme1n1"));
  }

  @Test
  void a_disk_that_is_there_by_another_way_may_be_had_by_this_one_later() {
    fixture.bus.add(FIRST, ModelOptions.DEFAULT);
    ModelBus.Slot second = fixture.bus.add(SECOND, ModelOptions.DEFAULT);
    fixture.attach("Nvme0", FIRST);
    assertThatThrownBy(() -> fixture.attach("Nvme1", SECOND))
        .isInstanceOf(BdevException.class)
        .hasMessageContaining("exists already");
    assertThat(second.open).isFalse();
    assertThat(second.allocations()).isZero();
    fixture.call("bdev_nvme_detach_controller", fixture.detach("Nvme0"));
    assertThat(fixture.attach("Nvme1", SECOND)).isEqualTo(List.of("Nvme1n1"));
  }
}
