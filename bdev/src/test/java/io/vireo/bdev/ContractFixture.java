package io.vireo.bdev;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.linux.Mem;
import io.vireo.reactor.SteppedReactor;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

/** A disk of the module under test, a channel to it and requests of any shape. */
abstract class ContractFixture {
  static final int MIB = 1 << 20;
  static final int DISK_BYTES = 16 * MIB;

  protected BdevFixture fixture;
  BdevChannel channel;
  ChannelDriver driver;
  int block;

  /** A new bdev of that size, all zeroes, that is not registered. */
  protected abstract Bdev create(String name, long sizeBytes) throws Exception;

  /** Where the channel is. */
  protected SteppedReactor reactor() {
    return new SteppedReactor();
  }

  @BeforeEach
  void open() throws Exception {
    fixture = new BdevFixture(create("Disk0", DISK_BYTES), reactor());
    channel = fixture.channel;
    block = fixture.bdev.blockBytes();
    driver = fixture.driver(64, 4 * MIB);
  }

  @AfterEach
  void close() {
    fixture.close();
  }

  static byte[] random(long seed, int length) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }

  static void assertZero(byte[] bytes) {
    assertThat(bytes).isEqualTo(new byte[bytes.length]);
  }

  /** Adds {@code length} bytes of request {@code i}'s memory from {@code skew} on, in pieces. */
  void addPieces(int i, long skew, int length, int... pieces) {
    long at = driver.memory(i) + skew;
    int left = length;
    for (int n = 0; left > 0; n++) {
      int bytes = Math.min(left, pieces[n % pieces.length]);
      assertThat(driver.io(i).addBuffer(at, bytes)).isTrue();
      at += bytes + 1; // so that no piece continues the last, and addresses are odd and even
      left -= bytes;
    }
  }

  void fillPieces(BdevIo io, byte[] from) {
    int at = 0;
    for (int b = 0; b < io.bufferCount(); b++) {
      Mem.copy(from, at, io.buffer(b), (int) io.bufferBytes(b));
      at += (int) io.bufferBytes(b);
    }
  }

  byte[] readPieces(BdevIo io) {
    byte[] all = new byte[(int) io.dataBytes()];
    int at = 0;
    for (int b = 0; b < io.bufferCount(); b++) {
      Mem.copy(io.buffer(b), all, at, (int) io.bufferBytes(b));
      at += (int) io.bufferBytes(b);
    }
    return all;
  }
}
