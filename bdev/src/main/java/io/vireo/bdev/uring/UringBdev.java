package io.vireo.bdev.uring;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.UUID;

/** A file or block device by the name of its engine. */
final class UringBdev extends FileBdev {
  UringBdev(String name, UUID uuid, BackingFile file, UringRings rings) {
    super(name, uuid, file, rings);
  }

  @Override
  public String productName() {
    return "URING bdev";
  }

  @Override
  public Map<String, Object> driverSpecific() {
    Map<String, Object> uring = new LinkedHashMap<>();
    uring.put("filename", file().path());
    uring.put("direct", file().direct());
    return Map.of("uring", uring);
  }
}
