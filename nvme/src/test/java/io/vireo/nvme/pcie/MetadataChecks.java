package io.vireo.nvme.pcie;

import static io.vireo.linux.GuestChecks.require;

import io.vireo.linux.GuestChecks;
import io.vireo.linux.Mem;
import io.vireo.nvme.AdminCommand;
import io.vireo.nvme.AdminResult;
import io.vireo.nvme.Dif;
import io.vireo.nvme.IoQueuePair;
import io.vireo.nvme.NamespaceQueue;
import io.vireo.nvme.NvmeController;
import io.vireo.nvme.NvmeIo;
import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.AdminOpcode;
import io.vireo.nvme.spec.Identify;
import io.vireo.nvme.spec.NvmOpcode;
import io.vireo.nvme.spec.NvmeStatus;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Blocks with metadata that are the host's: behind each block, or in a buffer of their own. */
final class MetadataChecks {
  private static final long METADATA = 2 << 20; // where in the memory those apart are

  /** Blocks. QEMU 7.2 loses metadata apart of a command whose are no multiple of 512 bytes. */
  private static final int COUNT = 320;

  private static final int FIRST = 5;
  private static final int ELBAF = 12;
  private static final int PIF_LOW = 1 << 7;
  private static final int PIF_HIGH = 1;

  private final NamespaceQueue queue;
  private final IoRunner runner;
  private final Dif dif; // null: no protection information that the host could make
  private final long data;
  private final int blockBytes;
  private final int metadataBytes;
  private final boolean extended;
  private final int type;
  private final SplittableRandom random = new SplittableRandom(3);

  MetadataChecks(NvmeController controller, NvmeNamespace namespace, IoQueuePair pair, long data) {
    this.queue = controller.open(pair, namespace);
    this.runner = new IoRunner(pair);
    this.data = data;
    this.blockBytes = namespace.blockBytes();
    this.metadataBytes = namespace.identify().metadataBytes();
    this.extended = namespace.identify().extendedLba();
    this.type = namespace.protectionType();
    this.dif =
        type == 0 || !isShort(controller, namespace)
            ? null
            : new Dif(blockBytes, metadataBytes, namespace.identify().protection());
  }

  /** Whether guards have 16 bits: ELBAF, PIF (NVM 4.1.5.3), where a controller has it. */
  private static boolean isShort(NvmeController controller, NvmeNamespace namespace) {
    AdminCommand command =
        AdminCommand.of(AdminOpcode.IDENTIFY)
            .nsid(namespace.id())
            .dword(10, Identify.CNS_NAMESPACE_OF_COMMAND_SET);
    AdminResult result = controller.admin().passThrough(command, new byte[Identify.BYTES]);
    int format = ELBAF + 4 * namespace.identify().formatIndex();
    return result.status() != 0
        || ((result.data()[format] & PIF_LOW) | (result.data()[format + 1] & PIF_HIGH)) == 0;
  }

  void run(GuestChecks checks, String name) {
    checks.check(name + " data and metadata together", this::together);
    if (dif != null) {
      checks.check(name + " a wrong guard is refused", this::wrongGuard);
      checks.check(name + " a wrong reference tag is refused", this::wrongReference);
    }
  }

  private int flags() {
    return dif == null
        ? 0
        : NvmOpcode.PRCHK_GUARD | (type == 3 ? 0 : NvmOpcode.PRCHK_REFERENCE_TAG);
  }

  /** The I/O of blocks that lie there, one after the other. */
  private NvmeIo io(int blocks) {
    NvmeIo io = runner.io();
    require(io.addData(data, (long) blocks * unit()), "no room for data");
    if (!extended) {
      io.metadata(data + METADATA, (long) blocks * metadataBytes);
    }
    io.tags(FIRST, 0, 0);
    return io;
  }

  private int unit() {
    return extended ? blockBytes + metadataBytes : blockBytes;
  }

  private void fill(int blocks) {
    byte[] bytes = new byte[(int) METADATA];
    random.nextBytes(bytes);
    Mem.copy(bytes, 0, data, bytes.length);
    Mem.copy(bytes, 0, data + METADATA, bytes.length);
    if (dif != null && extended) {
      dif.makeExtended(data, blocks, FIRST, 0);
    } else if (dif != null) {
      dif.makeApart(data, data + METADATA, blocks, FIRST, 0);
    }
  }

  private byte[] seen(long at, long bytes) {
    byte[] seen = new byte[(int) bytes];
    Mem.copy(at, seen, 0, seen.length);
    return seen;
  }

  private Object together() {
    fill(COUNT);
    byte[] blocks = seen(data, (long) COUNT * unit());
    byte[] apart = seen(data + METADATA, extended ? 0 : (long) COUNT * metadataBytes);
    NvmeIo io = io(COUNT);
    runner.run(io, one -> queue.write(one, FIRST, COUNT, flags()));
    Mem.fill(data, 2 * METADATA, (byte) 0);
    runner.run(io, one -> queue.read(one, FIRST, COUNT, flags()));
    int differs = Arrays.mismatch(blocks, seen(data, blocks.length));
    require(differs < 0, "byte %d of %d of the data".formatted(differs, blocks.length));
    differs = Arrays.mismatch(apart, seen(data + METADATA, apart.length));
    require(differs < 0, "byte %d of %d of the metadata".formatted(differs, apart.length));
    return "%d blocks of %d and %d bytes".formatted(COUNT, blockBytes, metadataBytes);
  }

  private Object wrongGuard() {
    fill(2);
    Mem.putByte(data + unit(), (byte) ~Mem.getByte(data + unit()));
    return refused(NvmeStatus.GUARD_CHECK_ERROR);
  }

  private Object wrongReference() {
    if (type == 3) {
      return "not checked in type 3";
    }
    fill(2);
    if (extended) {
      dif.makeExtended(data, 2, FIRST + 1, 0);
    } else {
      dif.makeApart(data, data + METADATA, 2, FIRST + 1, 0);
    }
    return refused(NvmeStatus.REFERENCE_TAG_CHECK_ERROR);
  }

  private Object refused(int expected) {
    int status = runner.status(io(2), one -> queue.write(one, FIRST, 2, flags()));
    require(NvmeStatus.typeAndCode(status) == expected, NvmeStatus.text(status));
    return NvmeStatus.text(status);
  }
}
