package io.vireo.nvme;

import static io.vireo.nvme.transport.TransportQueue.FULL;
import static io.vireo.nvme.transport.TransportQueue.MISALIGNED;
import static io.vireo.nvme.transport.TransportQueue.SUBMITTED;
import static io.vireo.nvme.transport.TransportQueue.TOO_LONG;
import static io.vireo.nvme.transport.TransportQueue.UNMAPPED;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.nvme.model.ModelOptions;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.transport.NvmeRequest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class IoQueuePairTest {
  @Test
  void a_completion_that_was_not_taken_keeps_its_thread_awake() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      io.read(io.request(0, 512), 0, 1);
      io.pair.ring();
      assertThat(io.pair.ready()).isFalse();
      io.host.model().step();
      assertThat(io.pair.ready()).isTrue();
      io.pair.poll(16);
      assertThat(io.pair.ready()).isFalse();
    }
  }

  @Test
  void what_was_written_is_read() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      byte[] written = io.fill(512, 8192, 1);
      NvmeRequest write = io.request(512, 8192);
      assertThat(io.write(write, 7, 16, NvmOpcode.FUA)).isEqualTo(SUBMITTED);
      assertThat(write.inFlight()).isTrue();
      io.drain();
      assertThat(write.inFlight()).isFalse();
      assertThat(write.status()).isZero();
      NvmeRequest read = io.request(100 * 1024 + 12, 8192);
      assertThat(io.read(read, 7, 16)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(io.dataAt(100 * 1024 + 12, 8192)).isEqualTo(written);
      byte[] disk = io.host.model().namespace(1).data();
      assertThat(Arrays.copyOfRange(disk, 7 * 512, 7 * 512 + 8192)).isEqualTo(written);
    }
  }

  @Property(tries = 30)
  void random_reads_and_writes_are_those_of_an_array(@ForAll long seed) {
    ModelOptions options = ModelOptions.DEFAULT.withSgls(Math.floorMod(seed, 3));
    try (IoFixture io = new IoFixture(options, 16, 8)) {
      io.host.model().faults().reorder(seed | 1);
      Random random = new Random(seed);
      byte[] expected = new byte[16384 * 512];
      for (int i = 0; i < 60; i++) {
        int blocks = 1 + random.nextInt(random.nextBoolean() ? 8 : 256);
        int lba = random.nextInt(16384 - blocks + 1);
        int bytes = blocks * 512;
        long offset = random.nextInt((IoFixture.DATA_BYTES - bytes) / 4) * 4L;
        NvmeRequest request = io.request(offset, bytes);
        if (random.nextBoolean()) {
          byte[] written = io.fill(offset, bytes, random.nextLong());
          io.write(request, lba, blocks, 0);
          System.arraycopy(written, 0, expected, lba * 512, bytes);
          io.drain();
        } else {
          io.read(request, lba, blocks);
          io.drain();
          assertThat(io.dataAt(offset, bytes))
              .isEqualTo(Arrays.copyOfRange(expected, lba * 512, lba * 512 + bytes));
        }
        assertThat(request.status()).isZero();
      }
    }
  }

  @Test
  void pieces_are_put_together_by_prp_or_sgl() {
    for (int sgls = 0; sgls <= 2; sgls++) {
      try (IoFixture io = new IoFixture(ModelOptions.DEFAULT.withSgls(sgls))) {
        NvmeRequest paged = io.request(3);
        paged.addData(io.data + 4096 + 1024, 3072);
        paged.addData(io.data + 65536, 8192);
        paged.addData(io.data, 1024);
        byte[] written = io.fill(0, 1 << 17, 9);
        assertThat(io.write(paged, 0, 24, 0)).isEqualTo(SUBMITTED);
        NvmeRequest scattered = io.request(2);
        scattered.addData(io.data + 100, 512);
        scattered.addData(io.data + 10_000, 512);
        int taken = io.write(scattered, 100, 2, 0);
        assertThat(taken).isEqualTo(sgls == 0 ? MISALIGNED : SUBMITTED);
        NvmeRequest odd = io.request(1, 512);
        taken = io.write(odd, 102, 1, 0);
        assertThat(taken).isEqualTo(sgls == 1 ? SUBMITTED : MISALIGNED);
        io.drain();
        byte[] disk = io.host.model().namespace(1).data();
        assertThat(Arrays.copyOfRange(disk, 3072, 3072 + 8192))
            .isEqualTo(Arrays.copyOfRange(written, 65536, 65536 + 8192));
        if (sgls > 0) {
          assertThat(scattered.status()).isZero();
          assertThat(Arrays.copyOfRange(disk, 101 * 512, 102 * 512))
              .isEqualTo(Arrays.copyOfRange(written, 10_000, 10_512));
        }
      }
    }
  }

  @Test
  void what_cannot_be_sent_is_refused_and_costs_nothing() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT.withMdts(2))) {
      long blocks = io.namespace.blocks();
      NvmeRequest block = io.request(0, 512);
      assertThat(io.read(io.request(0, 16896), 0, 33)).isEqualTo(TOO_LONG);
      NvmeRequest nowhere = io.request(1);
      nowhere.addData(4096, 512);
      assertThat(io.read(nowhere, 0, 1)).isEqualTo(UNMAPPED);
      assertThat(block.inFlight() || nowhere.inFlight()).isFalse();
      assertThat(io.pair.inFlight()).isZero();
      long fetched = io.host.model().fetched();
      io.pair.ring();
      io.host.model().step();
      assertThat(io.host.model().fetched()).isEqualTo(fetched);
      assertThat(io.read(block, blocks - 1, 1)).isEqualTo(SUBMITTED);
      io.drain();
      assertThat(block.status()).isZero();
    }
  }

  @Test
  void a_full_queue_says_so_and_goes_on_over_many_passes() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT, 8, 7)) {
      for (int pass = 0; pass < 30; pass++) {
        List<NvmeRequest> sent = new ArrayList<>();
        for (int i = 0; i < 7; i++) {
          NvmeRequest request = io.request(i * 512L, 512);
          assertThat(io.read(request, i, 1)).isEqualTo(SUBMITTED);
          sent.add(request);
        }
        NvmeRequest tooMany = io.request(0, 512);
        assertThat(io.read(tooMany, 0, 1)).isEqualTo(FULL);
        io.drain();
        assertThat(sent).allMatch(r -> io.ends(r) == 1 && r.status() == 0);
        assertThat(io.ends(tooMany)).isZero();
      }
      assertThat(io.pair.queue().unknownCompletions()).isZero();
    }
  }

  @Test
  void nothing_reaches_the_controller_before_the_doorbell() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      long before = io.host.model().fetched();
      for (int i = 0; i < 5; i++) {
        io.read(io.request(0, 512), 0, 1);
      }
      io.host.model().step();
      assertThat(io.host.model().fetched()).isEqualTo(before);
      io.pair.ring();
      io.host.model().step();
      assertThat(io.host.model().fetched()).isEqualTo(before + 5);
      assertThat(io.pair.poll(2)).isEqualTo(2);
      assertThat(io.pair.poll(2)).isEqualTo(2);
      assertThat(io.pair.poll(2)).isEqualTo(1);
      assertThat(io.pair.poll(2)).isZero();
    }
  }

  @Test
  void a_controller_that_runs_beside_us_ends_every_request_once() {
    try (IoFixture io = IoFixture.threaded(ModelOptions.DEFAULT, 32, 16)) {
      byte[] written = io.fill(0, 8192, 3);
      NvmeRequest write = io.request(0, 8192);
      io.write(write, 0, 16, 0);
      io.drainThreaded();
      List<NvmeRequest> reads = new ArrayList<>();
      for (int i = 0; i < 16; i++) {
        reads.add(io.request(16384 + i * 512L, 512));
      }
      for (int pass = 1; pass <= 500; pass++) {
        for (int i = 0; i < 16; i++) {
          assertThat(io.read(reads.get(i), i, 1)).isEqualTo(SUBMITTED);
        }
        io.drainThreaded();
        int ends = pass;
        assertThat(reads).allMatch(r -> io.ends(r) == ends && r.status() == 0);
      }
      assertThat(io.dataAt(16384, 8192)).isEqualTo(written);
      assertThat(io.pair.queue().unknownCompletions()).isZero();
    }
  }

  @Test
  void a_request_is_in_flight_once() {
    try (IoFixture io = new IoFixture(ModelOptions.DEFAULT)) {
      NvmeRequest request = io.request(0, 512);
      io.read(request, 0, 1);
      assertThatThrownBy(() -> io.pair.submit(request))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("request is in flight already");
      io.drain();
      assertThat(io.ends(request)).isEqualTo(1);
    }
  }
}
