package io.vireo.bdev.nvme;

/** Which queue a command is for. */
public enum CommandType {
  ADMIN,
  IO
}
