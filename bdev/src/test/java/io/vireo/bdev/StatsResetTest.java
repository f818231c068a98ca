package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatsResetTest {
  @ParameterizedTest
  @CsvSource({
    "NONE,   2, 300, 100, 200, 1",
    "MAXMIN, 2, 300,   0,   0, 1",
    "ERROR,  2, 300, 100, 200, 0",
    "ALL,    0,   0,   0,   0, 0"
  })
  void each_reset_sets_back_what_it_names(
      StatsReset reset, long ops, long sumNs, long minNs, long maxNs, long errors) {
    ChannelStats channel = new ChannelStats();
    channel.succeeded(IoType.READ, 512, 200);
    channel.succeeded(IoType.READ, 512, 100);
    channel.failed(IoStatus.IO_ERROR);
    channel.bounced();
    IoStats retired = new IoStats();
    channel.addTo(retired);

    channel.reset(reset);
    retired.reset(reset);

    IoStats live = new IoStats();
    channel.addTo(live);
    for (IoStats stats : List.of(live, retired)) {
      assertThat(stats.ops(IoType.READ)).isEqualTo(ops);
      assertThat(stats.bytes(IoType.READ)).isEqualTo(ops * 512);
      assertThat(stats.latencyNs(IoType.READ)).isEqualTo(sumNs);
      assertThat(stats.minLatencyNs(IoType.READ)).isEqualTo(minNs);
      assertThat(stats.maxLatencyNs(IoType.READ)).isEqualTo(maxNs);
      assertThat(stats.errors(IoStatus.IO_ERROR)).isEqualTo(errors);
      assertThat(stats.bounced()).isEqualTo(ops == 0 ? 0 : 1);
    }
  }
}
