package io.vireo.bdev.uring;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevException;
import io.vireo.bdev.IoType;
import io.vireo.bdev.RecordingListener;
import io.vireo.bdev.module.ConfigEntry;
import io.vireo.bdev.module.ModuleCalls;
import io.vireo.linux.Errno;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.UUID;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A file by the name of aio, and what both names do when it has another size. */
class AioModuleTest {
  private static final UUID ID = UUID.fromString("2b6601ba-eada-44fb-9a83-a20eb9eb9e90");

  @TempDir private Path folder;
  private final ModuleCalls calls = new ModuleCalls();
  private Path file;

  @BeforeEach
  void make() throws IOException {
    file = folder.resolve("disk.img");
    TestFiles.resize(file, 1 << 20);
  }

  @AfterEach
  void clear() {
    calls.clear();
  }

  private Bdev create(int blockBytes, boolean readOnly, boolean fallocate) {
    AioCreate parameters =
        new AioCreate("A", file.toString(), blockBytes, readOnly, fallocate, ID, false);
    assertThat(calls.call("bdev_aio_create", parameters)).isEqualTo("A");
    assertThat(calls.configuration())
        .containsExactly(new ConfigEntry("bdev_aio_create", parameters, "A"));
    return calls.bdevs.require("A");
  }

  private static Map<?, ?> aio(Bdev bdev) {
    return (Map<?, ?>) bdev.driverSpecific().get("aio");
  }

  @Test
  void a_usual_one_keeps_its_space() {
    Bdev bdev = create(0, false, false);
    assertThat(bdev.productName()).isEqualTo("AIO disk");
    assertThat(bdev.blockBytes()).isEqualTo(4096);
    assertThat(bdev.readOnly()).isFalse();
    assertThat(bdev.supports(IoType.UNMAP)).isFalse();
    assertThat(bdev.supports(IoType.WRITE_ZEROES)).isTrue();
    assertThat(aio(bdev))
        .hasToString(
            "{filename=%s, block_size_override=false, readonly=false, fallocate=false}"
                .formatted(file));
  }

  @Test
  void with_fallocate_space_can_be_given_back() {
    Bdev bdev = create(512, false, true);
    assertThat(bdev.blocks()).isEqualTo(2048);
    assertThat(bdev.supports(IoType.UNMAP)).isTrue();
    assertThat(aio(bdev).get("fallocate")).isEqualTo(true);
    assertThat(aio(bdev).get("block_size_override")).isEqualTo(true);
  }

  @Test
  void a_read_only_one_is_read_only_though_the_file_is_not() {
    Bdev bdev = create(0, true, true);
    assertThat(bdev.readOnly()).isTrue();
    assertThat(bdev.supports(IoType.UNMAP)).isFalse();
    assertThat(aio(bdev).get("readonly")).isEqualTo(true);
  }

  @Test
  void it_is_deleted_by_its_own_family_only() {
    create(0, false, false);
    calls
        .refusal("bdev_uring_delete", new UringDelete("A"))
        .asInstanceOf(InstanceOfAssertFactories.type(BdevException.class))
        .extracting(BdevException::errno)
        .isEqualTo(Errno.ENODEV);
    calls.refusal("bdev_uring_rescan", new UringRescan("A"));
    assertThat(calls.call("bdev_aio_delete", new AioDelete("A"))).isEqualTo(true);
    assertThat(calls.bdevs.all()).isEmpty();
  }

  private Bdev create(boolean aio) {
    if (aio) {
      return create(4096, false, false);
    }
    calls.call("bdev_uring_create", new UringCreate(file.toString(), "A", 4096, ID));
    return calls.bdevs.require("A");
  }

  private static String rescan(boolean aio) {
    return aio ? "bdev_aio_rescan" : "bdev_uring_rescan";
  }

  private static Record named(boolean aio) {
    return aio ? new AioRescan("A") : new UringRescan("A");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void a_file_that_has_grown_is_a_larger_disk_and_users_are_told(boolean aio) throws IOException {
    Bdev bdev = create(aio);
    RecordingListener listener = new RecordingListener();
    try (BdevDescriptor open = calls.bdevs.open("A", true, listener)) {
      assertThat(open.bdev()).isSameAs(bdev);
      TestFiles.resize(file, 3 << 20);
      assertThat(bdev.sizeBytes()).as("until asked").isEqualTo(1 << 20);
      assertThat(calls.call(rescan(aio), named(aio))).isEqualTo(true);
      assertThat(bdev.sizeBytes()).isEqualTo(3 << 20);
      assertThat(listener.events()).containsExactly("resized A to 768");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void one_that_has_shrunk_is_a_smaller_disk_only_while_nobody_uses_it(boolean aio)
      throws IOException {
    Bdev bdev = create(aio);
    TestFiles.resize(file, 1 << 19);
    try (BdevDescriptor open = calls.bdevs.open("A", true, new RecordingListener())) {
      assertThat(open.bdev()).isSameAs(bdev);
      calls
          .refusal(rescan(aio), named(aio))
          .hasMessage("bdev A is open and cannot shrink from 1048576 to 524288 bytes");
      assertThat(bdev.sizeBytes()).isEqualTo(1 << 20);
    }
    calls.call(rescan(aio), named(aio));
    assertThat(bdev.sizeBytes()).isEqualTo(1 << 19);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sizes_that_no_disk_can_have_are_refused_and_change_nothing(boolean aio) throws IOException {
    Bdev bdev = create(aio);
    TestFiles.resize(file, (2 << 20) + 512);
    calls
        .refusal(rescan(aio), named(aio))
        .hasMessage("size 2097664 of %s is no multiple of the block size 4096", file);
    TestFiles.resize(file, 0);
    calls
        .refusal(rescan(aio), named(aio))
        .hasMessage("%s is empty, a bdev has at least one block", file);
    assertThat(bdev.sizeBytes()).isEqualTo(1 << 20);
  }
}
