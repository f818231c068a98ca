package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vireo.bdev.BdevException;
import io.vireo.linux.Cpu;
import io.vireo.linux.Errno;
import io.vireo.linux.Libc;
import io.vireo.linux.OfdLocks;
import io.vireo.vhost.VhostServer;
import io.vireo.vhost.VhostSocket;
import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.Request;
import io.vireo.virtio.blk.BlkOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What {@code vireo blk} does, without a process of its own. */
@Timeout(60)
class ServedFileTest {
  private static final int TIMEOUT_MILLIS = 20_000;

  @TempDir Path dir;
  private Path image;

  @BeforeEach
  void make() throws IOException {
    image = Files.write(dir.resolve("disk.img"), new byte[1 << 20]);
  }

  private Path socket() {
    return dir.resolve("s");
  }

  private ServedFile serve(Path file, int blockBytes, boolean readOnly) throws IOException {
    TargetOptions options = TargetOptions.embedded(Cpu.allowed().nextSetBit(0), null);
    BlkOptions disk = BlkOptions.DEFAULT.readOnly(readOnly);
    return ServedFile.start(
        options,
        new ServedFile.Options(file, blockBytes, disk),
        () -> VhostSocket.at(socket(), VhostServer.DEFAULT_SOCKET_MODE));
  }

  @Test
  void a_file_is_a_disk_of_usual_blocks_with_its_name() throws IOException {
    try (ServedFile served = serve(image, 0, false)) {
      assertThat(served.device().bdev().name()).isEqualTo("disk.img");
      assertThat(served.device().bdev().blockBytes()).isEqualTo(512);
      assertThat(served.device().bdev().blocks()).isEqualTo(2048);
      assertThat(served.device().readOnly()).isFalse();
      assertThat(served.socket()).isEqualTo(socket().toString());
      try (VhostUserFrontend frontend = VhostUserFrontend.connect(socket(), TIMEOUT_MILLIS)) {
        assertThat(frontend.askNumber(Request.GET_QUEUE_NUM)).isEqualTo(BlkOptions.MAX_QUEUES);
      }
    }
    assertThat(socket()).doesNotExist();
  }

  @Test
  void another_size_of_blocks_is_what_the_guest_sees() throws IOException {
    try (ServedFile served = serve(image, 4096, false)) {
      assertThat(served.device().bdev().blockBytes()).isEqualTo(4096);
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "none  | 0    | open of DIR/none: No such file or directory (ENOENT)",
        "      | 0    | DIR is neither a file nor a block device",
        "empty | 0    | DIR/empty is empty, a bdev has at least one block",
        "odd   | 0    | size 1000 of DIR/odd is no multiple of the block size 512",
        "odd   | 1000 | block size 1000 is not a power of two of at least 512",
      })
  void a_file_that_cannot_be_a_disk_is_one_sentence_and_leaves_nothing(
      String name, int blockBytes, String sentence) throws IOException {
    Files.createFile(dir.resolve("empty"));
    Files.write(dir.resolve("odd"), new byte[1000]);
    Set<Thread> before = Thread.getAllStackTraces().keySet();
    Path file = name == null ? dir : dir.resolve(name);
    assertThatThrownBy(() -> serve(file, blockBytes, false))
        .satisfies(e -> assertThat(Failures.isExpected((Exception) e)).isTrue())
        .hasMessage(sentence.replace("DIR", dir.toString()));
    assertThat(socket()).doesNotExist();
    assertThat(Thread.getAllStackTraces().keySet())
        .filteredOn(thread -> thread.getName().startsWith("reactor"))
        .allMatch(before::contains);
  }

  @Test
  void who_writes_an_image_has_it_alone_and_gives_it_back() throws IOException {
    try (ServedFile writer = serve(image, 0, false)) {
      assertBusy(false, image + " is in use by another program");
      assertBusy(true, image + " is being written by another program");
      assertThat(socket()).as("the writer's").exists();
      assertThat(writer.device().readOnly()).isFalse();
    }
    serve(image, 0, false).close();
  }

  @Test
  void readers_keep_writers_off_and_not_each_other() throws IOException {
    try (ServedFile reader = serve(image, 0, true)) {
      ImageLock.take(image.toString(), false).close();
      assertThat(reader.device().readOnly()).isTrue();
      assertBusy(false, image + " is in use by another program");
    }
  }

  private void assertBusy(boolean readOnly, String sentence) {
    assertThatThrownBy(() -> serve(image, 0, readOnly))
        .isInstanceOfSatisfying(
            BdevException.class, e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY))
        .hasMessage(sentence);
  }

  /** Numbers of QEMU's, so that they are not only our own. */
  @Test
  void an_image_that_qemu_would_write_is_in_use() {
    int qemu = Libc.open(image.toString(), Libc.O_RDONLY, 0);
    try {
      OfdLocks.share(qemu, 201); // BLK_PERM_WRITE is not shared
      assertBusy(false, image + " is in use by another program");
      ImageLock.take(image.toString(), false).close(); // to read is not forbidden
    } finally {
      Libc.close(qemu);
    }
  }
}
