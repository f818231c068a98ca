package io.vireo.daemon;

import java.nio.file.Path;

/**
 * What a target begins with.
 *
 * @param config a configuration file, whose calls are made before any client's; null: none
 * @param autosave whether the file is kept true from then on; it need not be there before
 * @param ignoreErrors whether what is refused of the file is left out, with a warning, instead of
 *     ending the start; not with autosave, which would write the file without it
 * @param waitForRpc whether clients come first, and begin the target by framework_start_init; not
 *     with a file
 * @param plugins a folder with jars of more bdev modules; null: none
 */
public record StartOptions(
    Path config, boolean autosave, boolean ignoreErrors, boolean waitForRpc, Path plugins) {
  /** No configuration, no more modules. */
  public static final StartOptions NOTHING = new StartOptions(null, false, false, null);

  /**
   * @throws IllegalArgumentException for what excludes each other
   */
  public StartOptions {
    if (autosave && config == null) {
      throw new IllegalArgumentException("--autosave needs a file: --config FILE");
    }
    if (autosave && ignoreErrors) {
      throw new IllegalArgumentException(
          "--autosave and --json-ignore-init-errors exclude each other: the file would be saved"
              + " without what was left out of it");
    }
    if (waitForRpc && config != null) {
      throw new IllegalArgumentException(
          "--wait-for-rpc and --config exclude each other: either clients come first or the file");
    }
  }

  /** The same, where all of a file counts. */
  public StartOptions(Path config, boolean autosave, boolean waitForRpc, Path plugins) {
    this(config, autosave, false, waitForRpc, plugins);
  }
}
