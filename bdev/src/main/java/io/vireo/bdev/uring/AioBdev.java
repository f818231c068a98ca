package io.vireo.bdev.uring;

import io.vireo.bdev.Bdev;
import java.util.LinkedHashMap;
import java.util.Map;

/** A file or block device by the name that most provisioning tools use. */
final class AioBdev extends FileBdev {
  private final AioCreate made;

  AioBdev(AioCreate made, BackingFile file, UringRings rings) {
    super(made.name(), Bdev.uuidOf(made.uuid()), file, rings);
    this.made = made;
  }

  /** The call that would make it again. */
  AioCreate parameters() {
    return made.withUuid(uuid());
  }

  @Override
  public String productName() {
    return "AIO disk";
  }

  /** The field's members in its order. */
  @Override
  public Map<String, Object> driverSpecific() {
    Map<String, Object> aio = new LinkedHashMap<>();
    aio.put("filename", file().path());
    aio.put("block_size_override", made.block_size() != 0);
    aio.put("readonly", readOnly());
    aio.put("fallocate", made.fallocate());
    return Map.of("aio", aio);
  }
}
