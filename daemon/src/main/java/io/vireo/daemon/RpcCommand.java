package io.vireo.daemon;

import io.vireo.daemon.perf.Seconds;
import io.vireo.daemon.rpc.JsonRpcClient;
import io.vireo.daemon.rpc.JsonText;
import io.vireo.daemon.rpc.RpcException;
import io.vireo.daemon.rpc.RpcSocketOption;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;

/** {@code vireo rpc}: calls a method, or one after the other, and prints the result. */
@Command(
    name = "rpc",
    header = "Calls a method of a running target and prints its result as JSON.",
    description = {
      "",
      "A value has the type that the method declares: a number, true or false, a string, or an"
          + " array with commas between its items. rpc_get_methods lists the methods,"
          + " rpc_get_parameters --method NAME tells what a method takes.",
      "",
      "With - for METHOD calls are read from standard input, one a line, written like the"
          + " arguments here, with quotes and backslashes as in a shell: --name 'two words'. The"
          + " first that is refused is the last.",
      "",
      "The exit status is 0 when the method has done it, 1 when it refused (one line on stderr)."
    },
    parameterListHeading = "%n",
    footer = {
      "",
      "Examples:",
      "  vireo rpc bdev_malloc_create --name M0 --num_blocks 131072 --block_size 512",
      "  vireo rpc vhost_create_blk_controller --ctrlr vhost.0 --dev_name M0",
      "  vireo rpc bdev_get_iostat --names M0,M1",
      "  vireo rpc - < disks"
    },
    customSynopsis = "vireo rpc [-s SOCKET] [-t SECONDS] (METHOD [--name value]... | -)")
final class RpcCommand implements Callable<Integer> {
  private static final String STANDARD_INPUT = "-";
  private static final double MIN_TIMEOUT_SECONDS = 0.001;

  @Spec private CommandSpec spec;

  @Mixin private RpcSocketOption target;

  @Option(
      names = {"-t", "--timeout"},
      paramLabel = "SECONDS",
      defaultValue = "60",
      converter = Seconds.Converter.class,
      description = "how long an answer may take (default: ${DEFAULT-VALUE})")
  private Seconds timeout;

  @Parameters(index = "0", paramLabel = "METHOD", description = "the method")
  private String method;

  @Parameters(
      index = "1..*",
      paramLabel = "--name value",
      description = "its parameters; --name alone is true")
  private List<String> arguments = List.of();

  @Override
  public Integer call() throws IOException {
    if (!method.equals(STANDARD_INPUT)) {
      Map<String, String> texts = RpcArguments.texts(arguments);
      try (JsonRpcClient client = connect()) {
        call(client, method, texts);
      }
    } else if (arguments.isEmpty()) {
      callAll(new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8)));
    } else {
      throw new IllegalArgumentException("calls from standard input take no parameters here");
    }
    return 0;
  }

  private void callAll(BufferedReader lines) throws IOException {
    try (JsonRpcClient client = connect()) {
      int number = 0;
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        List<String> words = words(line, ++number);
        if (!words.isEmpty()) {
          call(client, words.getFirst(), RpcArguments.texts(words.subList(1, words.size())));
        }
      }
    }
  }

  private static List<String> words(String line, int number) {
    try {
      return ShellWords.of(line);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("line %d: %s".formatted(number, e.getMessage()), e);
    }
  }

  private JsonRpcClient connect() throws IOException {
    return new JsonRpcClient(
        target.path(), Duration.ofNanos(timeout.ns("--timeout", MIN_TIMEOUT_SECONDS)));
  }

  private void call(JsonRpcClient client, String name, Map<String, String> texts)
      throws IOException {
    try {
      JsonNode params = texts.isEmpty() ? null : RpcArguments.params(texts, declared(client, name));
      print(client.call(name, params));
    } catch (RpcException e) {
      throw new IOException(name + ": " + e.getMessage() + " (" + e.code() + ")", e);
    }
  }

  /** What the target tells of the parameters; nothing when it is not ours or has no such method. */
  private static JsonNode declared(JsonRpcClient client, String name) throws IOException {
    try {
      return client.call("rpc_get_parameters", Map.of("method", name));
    } catch (RpcException e) {
      return JsonNodeFactory.instance.arrayNode();
    }
  }

  private void print(JsonNode result) {
    PrintWriter out = spec.commandLine().getOut();
    out.println(JsonText.pretty(result));
    out.flush();
  }
}
