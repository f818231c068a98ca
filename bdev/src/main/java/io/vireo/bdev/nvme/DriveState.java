package io.vireo.bdev.nvme;

/** What a drive is doing, in the words of {@code bdev_nvme_get_controllers}. */
enum DriveState {
  /** Serves requests. */
  ENABLED,
  /** Is being reset; requests wait. */
  RESETTING,
  /** Could not be brought back, and will be tried again; requests wait, or fail by now. */
  RECONNECT_IS_DELAYED,
  /** An operator disabled it; requests fail. */
  DISABLED,
  /** Could not be brought back; requests fail. */
  FAILED,
  /** Is being detached, or gone. */
  DELETING
}
