package io.vireo.daemon.nvme;

import io.vireo.virtio.blk.BlkStatus;

/** What requests to a disk may end with. */
interface Expectation {
  Expectation SUCCESS = (status, at, bytes) -> status == BlkStatus.OK;

  /** Either as they should or with an error, but in time and once. */
  Expectation ANY = (status, at, bytes) -> status == BlkStatus.OK || status == BlkStatus.IOERR;

  /** Whether a request for these bytes of the disk may end with that status. */
  boolean allows(int status, int at, int bytes);
}
