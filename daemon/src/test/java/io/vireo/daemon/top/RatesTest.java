package io.vireo.daemon.top;

import static io.vireo.daemon.top.Samples.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.vireo.bdev.BucketLayout;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The arithmetic of two samples, whatever happened between them. */
class RatesTest {
  private static final BucketLayout LAYOUT = BucketLayout.of(5, 0, 1_000_000_000);

  private static Buckets buckets(int count, long ns) {
    long[] counts = new long[LAYOUT.buckets()];
    counts[LAYOUT.bucket(ns)] = count;
    return new Buckets(LAYOUT, 1, counts);
  }

  private static Rates.Bdev bdev(Samples before, Samples after) {
    return Rates.between(before.sample(), after.sample()).bdevs().getFirst();
  }

  private static Rates.Controller controller(Samples before, Samples after) {
    return Rates.between(before.sample(), after.sample()).controllers().getFirst();
  }

  @Test
  void rates_are_differences_by_the_time_between() {
    Rates.Bdev b =
        bdev(
            Samples.at(10).bdev("b", 1000, 500, 3, null),
            Samples.at(12).bdev("b", 3000, 600, 5, null));
    assertThat(b.reads()).isEqualTo(1000);
    assertThat(b.writes()).isEqualTo(50);
    assertThat(b.bytesRead()).isEqualTo(1000 * 4096.0);
    assertThat(b.bytesWritten()).isEqualTo(50 * 4096.0);
    assertThat(b.errors()).isEqualTo(1);
    assertThat(b.averageNs()).isEqualTo(100_000);
    assertThat(b.depth()).isCloseTo(0.105, within(1e-9)); // 1050 a second of 100 us each
    assertThat(b.p99Ns()).isNaN();
  }

  @Test
  void a_bdev_that_does_nothing_has_no_latency_and_no_depth() {
    Rates.Bdev b = bdev(Samples.at(1).bdev("b", 7), Samples.at(2).bdev("b", 7));
    assertThat(b.iops()).isZero();
    assertThat(b.averageNs()).isNaN();
    assertThat(b.depth()).isZero();
  }

  @Test
  void counters_that_were_set_back_are_not_known_for_once() {
    Rates.Bdev b = bdev(Samples.at(1).bdev("b", 500), Samples.at(2).bdev("b", 400));
    assertThat(b.reads()).isNaN();
    assertThat(b.iops()).isNaN();
    assertThat(b.bytesRead()).isNaN();
    assertThat(b.depth()).isNaN();
    b = bdev(Samples.at(1).bdev("b", 5, 5, 9, null), Samples.at(2).bdev("b", 6, 6, 0, null));
    assertThat(b.reads()).isEqualTo(1);
    assertThat(b.errors()).isNaN(); // reset_mode of bdev_get_iostat may set back errors alone
  }

  @Test
  void a_target_that_restarted_has_no_rates_yet() {
    Samples before = Samples.at(100).bdev("b", 10).controller("c", "b", 5).reactor(0, 1, 1, 1);
    for (Samples after : new Samples[] {Samples.at(101).pid(78), Samples.at(2)}) {
      after.bdev("b", 90).controller("c", "b", 50).reactor(0, 2, 2, 2);
      Rates rates = Rates.between(before.sample(), after.sample());
      assertThat(rates.bdevs().getFirst().reads()).isNaN();
      assertThat(rates.controllers().getFirst().iops()).isNaN();
      assertThat(rates.reactors()).isNotEmpty().allMatch(r -> Double.isNaN(r.busy()));
    }
  }

  @Test
  void what_is_new_has_no_rates_yet_and_what_is_gone_is_not_shown() {
    Rates rates =
        Rates.between(
            Samples.at(1).bdev("old", 10).sample(), Samples.at(2).bdev("new", 10).sample());
    assertThat(rates.bdevs()).extracting(Rates.Bdev::name).containsExactly("new");
    assertThat(rates.bdevs().getFirst().iops()).isNaN();
  }

  @Test
  void two_samples_of_one_instant_give_no_rates() {
    assertThat(bdev(Samples.at(1).bdev("b", 1), Samples.at(1).bdev("b", 2)).reads()).isNaN();
  }

  @Test
  void a_reactors_share_of_work_is_of_its_own_time() {
    Rates rates =
        Rates.between(
            Samples.at(1).reactor(3, 10, 90, 4).reactor(4, 5, 5, 9).sample(),
            Samples.at(3)
                .reactor(3, 10 + SECOND / 2, 90 + SECOND, 10)
                .reactor(4, 5, 5, 9)
                .sample());
    Rates.Reactor r = rates.reactors().getFirst();
    assertThat(r.busy()).isCloseTo(1 / 3.0, within(1e-9));
    assertThat(r.sleeps()).isEqualTo(4);
    assertThat(r.longestLapNs()).isEqualTo(5_000);
    assertThat(rates.reactors().getLast().busy()).isZero(); // asleep since
    assertThat(rates.reactors().getLast().sleeps()).isZero();
  }

  @Test
  void a_controllers_requests_are_those_of_its_queues_that_have_ended() {
    Samples before = Samples.at(1).bdev("b", 0).controller(queue(100, 10));
    Samples after = Samples.at(2).bdev("b", 9000).controller(queue(160, 50));
    Rates.Controller c = controller(before, after);
    assertThat(c.iops()).isEqualTo(20);
    assertThat(c.inFlight()).isEqualTo(50);
    assertThat(c.bytesPerSecond()).isEqualTo(9000 * 4096.0);
    assertThat(c.averageNs()).isEqualTo(100_000); // the bdev's
    assertThat(c.estimated()).isTrue();
    assertThat(c.shared()).isFalse();
  }

  private static Sample.Controller queue(long requests, int inFlight) {
    Map<String, Sample.Queue> queues = Map.of("c#1/0", new Sample.Queue(requests, 0, inFlight));
    return new Sample.Controller("c", "b", 1, false, queues, null);
  }

  @Test
  void a_queue_that_began_anew_or_is_new_counts_from_its_beginning() {
    Rates.Controller c =
        controller(
            Samples.at(1).bdev("b", 0).controller("c", "b", 1000, 50),
            Samples.at(2).bdev("b", 0).controller("c", "b", 30, 60, 5));
    assertThat(c.iops()).isEqualTo(30 + 10 + 5);
  }

  @Test
  void queues_that_are_gone_take_nothing_away() {
    Rates.Controller c =
        controller(
            Samples.at(1).bdev("b", 0).controller("c", "b", 10, 5000),
            Samples.at(2).bdev("b", 0).controller("c", "b", 14));
    assertThat(c.iops()).isEqualTo(4);
    c =
        controller(
            Samples.at(1).bdev("b", 0).controller("c", "b", 10),
            Samples.at(2).bdev("b", 0).controller("c", "b"));
    assertThat(c.iops()).isZero();
    assertThat(c.state()).isEqualTo(Rates.State.IDLE);
  }

  @Test
  void with_histograms_latencies_are_of_the_controllers_own_queues() {
    Map<String, Buckets> none = Map.of("c#1/0", buckets(0, 0));
    Map<String, Buckets> some = Map.of("c#1/0", buckets(99, 1_000), "c#1/1", buckets(1, 900_000));
    Rates.Controller c =
        controller(
            Samples.at(1).bdev("b", 0).controller("c", "b", none, 0),
            Samples.at(2).bdev("b", 100).controller("c", "b", some, 50, 50));
    assertThat(c.p99Ns()).isCloseTo(1_000, within(40.0));
    assertThat(c.averageNs()).isCloseTo(9_990, within(300.0));
    assertThat(c.depth()).isCloseTo(100 * 9_990e-9, within(1e-4));
    assertThat(c.estimated()).isFalse();
  }

  @Test
  void histograms_that_were_not_looked_at_before_tell_nothing_of_this_interval() {
    Buckets all = buckets(1000, 5);
    Rates.Bdev b = bdev(Samples.at(1).bdev("b", 0), Samples.at(2).bdev("b", 10, 0, 0, all));
    assertThat(b.p99Ns()).isNaN();
    assertThat(b.averageNs()).isEqualTo(100_000);
    Rates.Controller c =
        controller(
            Samples.at(1).bdev("b", 0).controller("c", "b", 0),
            Samples.at(2).bdev("b", 0).controller("c", "b", Map.of("c#1/0", all), 0));
    assertThat(c.p99Ns()).isNaN();
  }

  @Test
  void controllers_of_one_bdev_are_told_to_share_it_and_count_their_own_requests() {
    Rates rates =
        Rates.between(
            Samples.at(1).bdev("b", 0).controller("c", "b", 0).controller("d", "b", 0).sample(),
            Samples.at(2).bdev("b", 30).controller("c", "b", 10).controller("d", "b", 20).sample());
    assertThat(rates.controllers()).extracting(Rates.Controller::iops).containsExactly(10.0, 20.0);
    assertThat(rates.controllers()).allMatch(Rates.Controller::shared);
  }

  @Test
  void states_tell_what_front_ends_do() {
    assertThat(state("b", 0, false)).isEqualTo(Rates.State.IDLE);
    assertThat(state("b", 1, false)).isEqualTo(Rates.State.CONNECTED);
    assertThat(state("b", 1, true)).isEqualTo(Rates.State.BROKEN);
    assertThat(state(null, 1, false)).isEqualTo(Rates.State.NO_BDEV);
    assertThat(controller(Samples.at(1), Samples.at(2).controller("c", "b", 1)).state())
        .isEqualTo(Rates.State.RUNNING);
  }

  private static Rates.State state(String bdev, int frontEnds, boolean broken) {
    Sample.Controller c = new Sample.Controller("c", bdev, frontEnds, broken, Map.of(), null);
    return controller(Samples.at(1), Samples.at(2).controller(c)).state();
  }

  @Test
  void the_first_sample_shows_what_there_is() {
    Rates rates =
        Rates.between(
            null, Samples.at(1).bdev("b", 5).controller("c", "b", 5).reactor(0, 5, 5, 5).sample());
    assertThat(rates.bdevs().getFirst().iops()).isNaN();
    assertThat(rates.controllers().getFirst().iops()).isNaN();
    assertThat(rates.reactors().getFirst().sleeps()).isNaN();
  }
}
