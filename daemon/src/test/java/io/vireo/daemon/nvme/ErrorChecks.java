package io.vireo.daemon.nvme;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.virtio.blk.BlkStatus;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/** A device that fails: two sectors, a write that is stuck, and what an operator injects. */
final class ErrorChecks {
  private static final String DEVICE = "errors";

  /** The sector of the device that cannot be read, and the one that cannot be written. */
  private static final int UNREADABLE = 20_000;

  private static final int UNWRITABLE = 24_000;

  /** No one of these is in what requests at random go to. */
  private static final int ELSEWHERE = 40_000;

  private static final int READ = 0x02;
  private static final int MEDIA_ERROR = 2;
  private static final int UNRECOVERED_READ = 0x81;
  private static final int RETRIES = 3;

  private final FaultyGuest guest;

  ErrorChecks(FaultyGuest guest) {
    this.guest = guest;
  }

  void run() throws Exception {
    guest.disk(DEVICE, "none", ErrorChecks::allowed, this::run);
  }

  private void run(SocketChecks socket) {
    guest.checks.check("a sector that cannot be read", () -> unreadable(socket));
    guest.checks.check("a sector that cannot be written", () -> unwritable(socket));
    guest.checks.check("all others can, beside them", () -> socket.verify(16, 200, 512));
    guest.checks.check("errors that pass are not seen", () -> passing(socket));
    guest.checks.check("errors that stay are, and then no more", () -> staying(socket));
    guest.checks.check("errors of commands that are not sent", () -> notSent(socket));
    guest.checks.check("errors that were taken back", () -> takenBack(socket));
    guest.checks.check("a write that is stuck, and told of", () -> stuck(socket));
  }

  /** What requests to the device may end with. */
  private static boolean allowed(int status, int at, int bytes) {
    return status == BlkStatus.OK
        || (status == BlkStatus.IOERR
            && (has(UNREADABLE, at, bytes) || has(UNWRITABLE, at, bytes)));
  }

  private static boolean has(int sector, int at, int bytes) {
    return at <= sector * 512 && sector * 512 < at + bytes;
  }

  private static Object unreadable(SocketChecks socket) {
    for (int i = 0; i < 3; i++) {
      require(socket.read(UNREADABLE, 1) == BlkStatus.IOERR, "it was read");
      require(socket.read(UNREADABLE - 8, 16) == BlkStatus.IOERR, "it was read with others");
      require(socket.read(UNREADABLE + 1, 8) == BlkStatus.OK, "the next ones were not read");
    }
    return "I/O error, for each request that has it";
  }

  private static Object unwritable(SocketChecks socket) {
    for (int i = 0; i < 3; i++) {
      require(socket.write(UNWRITABLE, 1) == BlkStatus.IOERR, "it was written");
      require(socket.write(UNWRITABLE - 8, 8) == BlkStatus.OK, "the ones before were not written");
      require(socket.read(UNWRITABLE, 1) == BlkStatus.OK, "it cannot be read");
    }
    return "I/O error, for each request that has it";
  }

  private Object passing(SocketChecks socket) throws IOException {
    inject(Map.of("err_count", RETRIES));
    require(socket.read(ELSEWHERE, 8) == BlkStatus.OK, "it failed");
    return RETRIES + " tries failed, the next did not";
  }

  private Object staying(SocketChecks socket) throws IOException {
    inject(Map.of("err_count", RETRIES + 1));
    require(socket.read(ELSEWHERE, 8) == BlkStatus.IOERR, "it did not fail");
    require(socket.read(ELSEWHERE, 8) == BlkStatus.OK, "the next one failed");
    return "one I/O error";
  }

  private Object notSent(SocketChecks socket) throws IOException {
    long before = System.nanoTime();
    long eachUs = 50_000;
    inject(Map.of("err_count", RETRIES + 1, "do_not_submit", true, "timeout_in_us", eachUs));
    require(socket.read(ELSEWHERE, 8) == BlkStatus.IOERR, "it did not fail");
    long us = (System.nanoTime() - before) / 1_000;
    require(us >= (RETRIES + 1) * eachUs, "it took only %d us".formatted(us));
    require(socket.read(ELSEWHERE, 8) == BlkStatus.OK, "the next one failed");
    return "one I/O error, as late as was asked for";
  }

  private Object takenBack(SocketChecks socket) throws IOException {
    inject(Map.of("err_count", 1_000));
    require(socket.read(ELSEWHERE, 8) == BlkStatus.IOERR, "it did not fail");
    guest.target.call(
        "bdev_nvme_remove_error_injection", Map.of("name", DEVICE, "cmd_type", "io", "opc", READ));
    require(socket.read(ELSEWHERE, 8) == BlkStatus.OK, "the next one failed");
    return "no more";
  }

  private Object stuck(SocketChecks socket) throws Exception {
    long before = guest.log.count(FaultyGuest.LATE);
    Load load = Load.on(socket);
    guest.monitor.human("qemu-io errors \"break pwritev stuck\"");
    try {
      load.await("line in the log", () -> guest.log.count(FaultyGuest.LATE) > before);
      load.awaitMore(20); // others, meanwhile
    } finally {
      guest.monitor.human("qemu-io errors \"resume stuck\"");
    }
    return load.end();
  }

  private void inject(Map<String, Object> more) throws IOException {
    Map<String, Object> parameters = new HashMap<>(more);
    parameters.put("name", DEVICE);
    parameters.put("cmd_type", "io");
    parameters.put("opc", READ);
    parameters.put("sct", MEDIA_ERROR);
    parameters.put("sc", UNRECOVERED_READ);
    guest.target.call("bdev_nvme_add_error_injection", parameters);
  }
}
