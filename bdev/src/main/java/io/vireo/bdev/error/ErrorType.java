package io.vireo.bdev.error;

/** What happens to a request. */
public enum ErrorType {
  /** It fails. */
  FAILURE,
  /** It stays until it is resumed, or aborted by a reset. */
  PENDING,
  /** A byte of what is read or written is another one. */
  CORRUPT_DATA,
  /** It is answered that there is no room for it, and so comes again. */
  NOMEM,
  /** It fails as if an NVMe controller had given that status. */
  NVME_FAILURE
}
