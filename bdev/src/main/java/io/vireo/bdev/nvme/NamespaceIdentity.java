package io.vireo.bdev.nvme;

import io.vireo.nvme.NvmeNamespace;
import io.vireo.nvme.spec.NamespaceIdentifiers;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.UUID;

/** Which disk a namespace is, wherever it is attached. */
final class NamespaceIdentity {
  private NamespaceIdentity() {}

  /**
   * The namespace's own UUID or NGUID where it has one that means something; else one made of its
   * drive's serial number and its own number, if the options say so; else a random one.
   */
  static UUID uuid(NvmeDrive drive, NvmeNamespace namespace) {
    NamespaceIdentifiers own = namespace.identifiers();
    boolean means = drive.namesNamespaces();
    if (means && !own.uuid().isEmpty()) {
      return UUID.fromString(own.uuid());
    }
    if (means && !own.nguid().isEmpty()) {
      ByteBuffer bytes = ByteBuffer.wrap(HexFormat.of().parseHex(own.nguid()));
      return new UUID(bytes.getLong(), bytes.getLong());
    }
    if (!drive.options().generateUuids()) {
      return UUID.randomUUID();
    }
    String name =
        "%s %s %d"
            .formatted(
                drive.identify().modelNumber(),
                drive.identify().serialNumber(),
                Integer.toUnsignedLong(namespace.id()));
    return UUID.nameUUIDFromBytes(name.getBytes(StandardCharsets.UTF_8));
  }
}
