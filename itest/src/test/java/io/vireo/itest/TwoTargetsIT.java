package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.vhost.frontend.VhostUserFrontend;
import io.vireo.vhost.message.ProtocolFeatures;
import io.vireo.virtio.VirtioFeatures;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Two targets share a directory for their disks' sockets. */
@Timeout(120)
class TwoTargetsIT {
  private static final int ANSWER_MILLIS = 20_000;

  @TempDir Path directory;

  @Test
  void a_controllers_socket_is_the_first_ones_until_that_dies() throws Exception {
    try (LaunchedTarget first = new LaunchedTarget(directory, "--idle", "adaptive")) {
      first.disks().malloc("disk", 1);
      Path socket = first.disks().serve("disk");
      try (LaunchedTarget second =
          new LaunchedTarget(
              Files.createDirectory(directory.resolve("rpc")), directory, "--idle", "adaptive")) {
        second.disks().malloc("disk", 2);
        Object[] params = {"ctrlr", "disk", "dev_name", "disk"};
        assertThat(second.disks().refusal("vhost_create_blk_controller", params))
            .hasMessage("Address already in use: another program listens at socket " + socket);
        assertThat(second.disks().call("vhost_get_controllers")).isEmpty();
        assertThat(mibAt(socket)).isEqualTo(1);

        first.kill();
        assertThat(socket).exists();
        second.disks().call("vhost_create_blk_controller", params);
        assertThat(mibAt(socket)).isEqualTo(2);
        try (LaunchedTarget again = new LaunchedTarget(directory, "--idle", "adaptive")) {
          again.disks().malloc("disk", 3);
          assertThat(again.disks().refusal("vhost_create_blk_controller", params))
              .hasMessageStartingWith("Address already in use: ");
          assertThat(again.terminate()).isZero();
        }
        assertThat(mibAt(socket)).isEqualTo(2);
        assertThat(second.terminate()).isZero();
        assertThat(socket).doesNotExist();
      }
    }
  }

  /** The size of the disk that is served there: its capacity is the first field (virtio 5.2.4). */
  private static long mibAt(Path socket) {
    try (VhostUserFrontend frontend = VhostUserFrontend.connect(socket, ANSWER_MILLIS)) {
      frontend.negotiate(VirtioFeatures.VERSION_1, ProtocolFeatures.OFFERED);
      ByteBuffer config = ByteBuffer.wrap(frontend.config(0, Long.BYTES));
      return config.order(ByteOrder.LITTLE_ENDIAN).getLong() * 512 / (1 << 20);
    }
  }
}
