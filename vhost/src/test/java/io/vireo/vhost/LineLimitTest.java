package io.vireo.vhost;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.vhost.frontend.VhostUserFrontend;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Who connects, fails and comes back again and again fills no log. */
class LineLimitTest {
  @TempDir Path dir;

  private long nowNs;

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 5, Long.MIN_VALUE})
  void after_a_burst_there_is_one_line_a_second(long startNs) {
    nowNs = startNs;
    LineLimit limit = new LineLimit("disk", () -> nowNs);
    for (int i = 0; i < LineLimit.BURST; i++) {
      assertThat(limit.allows()).as("line %d", i).isTrue();
    }
    assertThat(limit.allows()).isFalse();
    nowNs += LineLimit.INTERVAL_NS - 1;
    assertThat(limit.allows()).isFalse();
    nowNs += 1;
    assertThat(limit.allows()).isTrue();
    assertThat(limit.allows()).isFalse();
  }

  @Test
  void a_quiet_time_gives_a_whole_burst_again_and_no_more() {
    LineLimit limit = new LineLimit("disk", () -> nowNs);
    while (limit.allows()) {}
    nowNs += 1000 * LineLimit.INTERVAL_NS;
    int lines = 0;
    while (limit.allows()) {
      lines++;
    }
    assertThat(lines).isEqualTo(LineLimit.BURST);
  }

  @Test
  void the_next_line_is_preceded_by_how_many_were_left_out() {
    LineLimit limit = new LineLimit("disk", () -> nowNs);
    while (limit.allows()) {}
    assertThat(limit.allows()).isFalse();
    nowNs += LineLimit.INTERVAL_NS;
    try (LogCapture log = new LogCapture(LineLimit.class)) {
      assertThat(limit.allows()).isTrue();
      assertThat(log.lines()).containsExactly("disk: 2 lines were left out");
    }
  }

  @Test
  void connections_that_end_with_nonsense_fill_no_log() {
    FakeDevice device = new FakeDevice(1, 256);
    try (TestTarget target = new TestTarget(dir);
        LogCapture log = new LogCapture(VhostSession.class)) {
      target.create("disk", device);
      for (int i = 0; i < 300; i++) {
        try (VhostUserFrontend frontend = target.connect("disk")) {
          frontend.raw().sendBytes(new byte[64]);
          assertThat(frontend.awaitEnd()).isTrue();
        }
      }
      target.awaitNoSessions("disk");
      assertThat(log.lines()).hasSizeBetween(10, 2 * LineLimit.BURST);
    }
  }
}
