package io.vireo.itest.structure;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import io.vireo.reactor.Poller;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

class HotPathTest {
  /**
   * At the end of a channel's life, after a bug of a request's owner, or when a queue or a filter
   * has more in flight, a request more buffers, or a reactor more to poll, than ever before, and
   * when a disk has another size or is reset.
   */
  private static final Pattern ONCE =
      Pattern.compile(
          ".* > io\\.vireo\\.bdev\\.BdevChannel\\.(closeNow|finishResets)\\(\\)|.* >"
              + " RequestPool\\.grow > RequestPool\\.makeChunk >"
              + " io\\.vireo\\.virtio\\.blk\\.BlkRequest\\.<init>.*|.* > DriveIo\\.takeData >"
              + " DriveIo\\.makeRoom > .*|.* > NvmeChannel\\.start > NvmeChannel\\.follow > .*|.* >"
              + " NvmeChannel\\.cancelInFlight > .*|.* > ForwardedIos\\.next >"
              + " ForwardedIos\\.grow > .*|.* > PollerList\\.add >"
              + " io\\.vireo\\.reactor\\.PollerSlot\\.<init>.*");

  @Test
  void a_lap_allocates_nothing_and_takes_no_lock_and_writes_no_log() {
    JavaClasses classes =
        new ClassFileImporter().withImportOption(new MainCode()).importPackages("io.vireo");
    HotPath hot = new HotPath(classes);
    assertThat(hot.reaches("BlkQueue", "complete")).isTrue();
    assertThat(hot.reaches("SplitQueue", "publish")).isTrue();
    assertThat(hot.reaches("BdevChannel", "submit")).isTrue();
    assertThat(hot.reaches("Translator", "hva")).isTrue();
    assertThat(hot.reaches("LateCommands", "late")).isTrue();
    assertThat(hot.violations()).allMatch(way -> ONCE.matcher(way).matches());
  }

  /** Does everything that must not be done, some of it behind an interface. */
  static final class Sinner implements Poller {
    private final Logger log = LoggerFactory.getLogger(Sinner.class);
    private final Deed deed = new Worse();

    @Override
    public int poll() {
      deed.commit(5);
      return 0;
    }

    interface Deed {
      void commit(int value);
    }

    final class Worse implements Deed {
      private final ReentrantLock lock = new ReentrantLock();
      private Object kept;

      @Override
      public void commit(int value) {
        kept = value;
        log.info("{}", kept);
        kept = new Object();
        kept = String.format("%d", value);
        lock.lock();
        Runnable lambda = () -> Thread.onSpinWait();
        Runnable reference = lock::unlock;
        kept = value > 5 ? lambda : reference;
        if (value < 0) {
          throw new IllegalStateException("allowed");
        }
      }
    }
  }

  @Test
  void each_sin_is_found() {
    HotPath hot =
        new HotPath(
            new ClassFileImporter()
                .importClasses(Poller.class, Sinner.class, Sinner.Deed.class, Sinner.Worse.class));
    assertThat(hot.violations())
        .allMatch(way -> way.startsWith("Sinner.poll > Worse.commit > "))
        .anyMatch(way -> way.contains("Integer.valueOf("))
        .anyMatch(way -> way.contains("Logger.info("))
        .anyMatch(way -> way.contains("Object.<init>("))
        .anyMatch(way -> way.contains("String.format("))
        .anyMatch(way -> way.contains("ReentrantLock.lock("))
        .anyMatch(way -> way.contains("Thread.onSpinWait("))
        .anyMatch(way -> way.contains("ReentrantLock.unlock("))
        .noneMatch(way -> way.contains("IllegalStateException"));
  }
}
