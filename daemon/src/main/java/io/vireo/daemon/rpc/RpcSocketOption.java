package io.vireo.daemon.rpc;

import java.nio.file.Path;
import picocli.CommandLine.Option;

/** Which target a command is about; the same option of each. */
public final class RpcSocketOption {
  @Option(
      names = {"-s", "--socket"},
      paramLabel = "SOCKET",
      defaultValue = JsonRpcClient.USUAL_SOCKET,
      description = "a target's RPC socket (default: ${DEFAULT-VALUE})")
  private Path socket;

  public Path path() {
    return socket;
  }
}
