package io.vireo.bdev.iobuf;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.iobuf.IobufStats.Pool;
import org.junit.jupiter.api.Test;

class IobufTest {
  private static final IobufOptions USUAL = new IobufOptions(0, 0, 32, 1 << 17);

  @Test
  void what_was_set_is_divided_among_the_reactors_and_nobody_goes_without() {
    Iobuf iobuf = new Iobuf(3);
    assertThat(iobuf.ofReactor(USUAL)).isEqualTo(USUAL);
    iobuf.set(new IobufOptions(64, 4096, 2, 8192));
    assertThat(iobuf.ofReactor(USUAL)).isEqualTo(new IobufOptions(22, 4096, 1, 8192));
    assertThat(iobuf.options()).hasValue(new IobufOptions(64, 4096, 2, 8192));
  }

  @Test
  void counts_and_sizes_at_their_limits_do_not_overflow() {
    int most = Integer.MAX_VALUE;
    assertThat(new IobufOptions(most, most, most, most).totalBytes()).isEqualTo(2L * most * most);
  }

  @Test
  void modules_tell_by_name_what_they_lent() {
    Iobuf iobuf = new Iobuf(1);
    IobufStats some = new IobufStats(new Pool(1, 2, 3), new Pool(4, 5, 6));
    iobuf.add("b", () -> some.plus(some));
    iobuf.add("a", () -> IobufStats.NONE);
    assertThat(iobuf.stats()).containsOnlyKeys("a", "b");
    assertThat(iobuf.stats().keySet()).containsExactly("a", "b");
    assertThat(iobuf.stats())
        .containsEntry("b", new IobufStats(new Pool(2, 4, 6), new Pool(8, 10, 12)));
  }
}
