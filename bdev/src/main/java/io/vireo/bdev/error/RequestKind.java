package io.vireo.bdev.error;

import io.vireo.bdev.IoType;

/** Which requests an injected error meets. */
public enum RequestKind {
  /** None any more, whatever was injected. */
  CLEAR,
  READ,
  WRITE,
  UNMAP,
  FLUSH,
  /** All but resets. */
  ALL;

  boolean covers(IoType type) {
    return switch (this) {
      case CLEAR -> false;
      case READ -> type == IoType.READ;
      case WRITE -> type == IoType.WRITE;
      case UNMAP -> type == IoType.UNMAP;
      case FLUSH -> type == IoType.FLUSH;
      case ALL -> type != IoType.RESET;
    };
  }
}
