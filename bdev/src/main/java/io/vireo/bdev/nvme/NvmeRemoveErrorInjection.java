package io.vireo.bdev.nvme;

/**
 * Parameters of bdev_nvme_remove_error_injection.
 *
 * @param name the controller's
 * @param cmd_type which queue's commands
 * @param opc opcode of the commands
 */
public record NvmeRemoveErrorInjection(String name, CommandType cmd_type, int opc) {}
