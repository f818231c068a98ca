package io.vireo.bdev.nvme;

import io.vireo.bdev.module.Optional;

/**
 * Parameters of bdev_nvme_add_error_injection.
 *
 * @param name the controller's
 * @param cmd_type which queue's commands
 * @param opc opcode of the commands
 * @param do_not_submit the controller does not see them
 * @param timeout_in_us how long they then take
 * @param err_count how many commands
 * @param sct status code type that they end with
 * @param sc status code
 */
public record NvmeAddErrorInjection(
    String name,
    CommandType cmd_type,
    int opc,
    @Optional boolean do_not_submit,
    @Optional long timeout_in_us,
    @Optional("1") long err_count,
    @Optional int sct,
    @Optional int sc) {}
