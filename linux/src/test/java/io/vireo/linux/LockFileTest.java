package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class LockFileTest {
  @TempDir Path dir;
  private Path path;

  @BeforeEach
  void name() {
    path = dir.resolve("x.lock");
  }

  private void assertBusy() {
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> LockFile.take(path))
        .satisfies(e -> assertThat(e.errno()).isEqualTo(Errno.EBUSY));
  }

  @Test
  void one_has_it_until_it_is_closed_which_removes_the_file() throws IOException {
    try (LockFile lock = LockFile.take(path)) {
      assertThat(lock).isNotNull();
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
          .isEqualTo("rw-------");
      assertBusy();
      assertBusy();
    }
    assertThat(dir).isEmptyDirectory();
    LockFile.take(path).close();
  }

  @Test
  void it_excludes_who_uses_flock_alone_in_both_directions() {
    int other = Libc.open(path.toString(), Libc.O_RDWR | Libc.O_CREAT, 0600);
    assertThat(Libc.tryLock(other)).isTrue();
    assertBusy();
    Libc.close(other);
    try (LockFile lock = LockFile.take(path)) {
      assertThat(lock).isNotNull();
      int again = Libc.open(path.toString(), Libc.O_RDWR | Libc.O_CREAT, 0600);
      assertThat(Libc.tryLock(again)).isFalse();
      Libc.close(again);
    }
  }

  @Test
  void a_file_that_the_dead_left_is_taken_over() throws IOException {
    Files.writeString(path, "of long ago");
    try (LockFile lock = LockFile.take(path)) {
      assertThat(lock).isNotNull();
      assertThat(path).hasContent("of long ago");
    }
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void a_file_that_is_anothers_by_now_stays() throws IOException {
    LockFile robbed = LockFile.take(path);
    Files.delete(path);
    try (LockFile other = LockFile.take(path)) {
      assertThat(other).isNotNull();
      robbed.close();
      assertBusy();
    }
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void a_link_is_not_followed() throws IOException {
    Files.createSymbolicLink(path, dir.resolve("elsewhere"));
    assertThatExceptionOfType(ErrnoException.class)
        .isThrownBy(() -> LockFile.take(path))
        .withMessageContaining("open of " + path);
    assertThat(dir.resolve("elsewhere")).doesNotExist();
  }

  /** Each removes the file under those who have just opened it. */
  @Test
  void of_many_who_take_it_and_leave_it_never_two_have_it() throws Exception {
    AtomicInteger owners = new AtomicInteger();
    AtomicInteger times = new AtomicInteger();
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<?>> done = new ArrayList<>();
      for (int t = 0; t < 4; t++) {
        done.add(threads.submit(() -> takeAndLeave(owners, times)));
      }
      for (Future<?> future : done) {
        future.get();
      }
    }
    assertThat(dir).isEmptyDirectory();
  }

  private void takeAndLeave(AtomicInteger owners, AtomicInteger times) {
    while (times.get() < 1000) {
      try (LockFile lock = LockFile.take(path)) {
        assertThat(lock).isNotNull();
        assertThat(owners.incrementAndGet()).isEqualTo(1);
        times.incrementAndGet();
        owners.decrementAndGet();
      } catch (ErrnoException e) {
        assertThat(e.errno()).isEqualTo(Errno.EBUSY);
      }
    }
  }
}
