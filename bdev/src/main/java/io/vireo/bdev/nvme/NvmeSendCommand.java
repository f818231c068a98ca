package io.vireo.bdev.nvme;

import io.vireo.bdev.module.Optional;

/**
 * Parameters of bdev_nvme_send_cmd.
 *
 * @param name the controller's
 * @param cmd_type which queue the command is for
 * @param data_direction which way its data go: h2c or c2h
 * @param cmdbuf the 64 bytes of the submission queue entry, in base64url
 * @param data what is sent, in base64url
 * @param metadata what is sent with it, in base64url
 * @param data_len how much is received
 * @param metadata_len how much is received with it
 * @param timeout_ms how long it may take
 */
public record NvmeSendCommand(
    String name,
    CommandType cmd_type,
    Direction data_direction,
    String cmdbuf,
    @Optional String data,
    @Optional String metadata,
    @Optional int data_len,
    @Optional int metadata_len,
    @Optional int timeout_ms) {

  /** Which way data go. */
  public enum Direction {
    /** From host to controller. */
    H2C,
    /** From controller to host. */
    C2H
  }
}
