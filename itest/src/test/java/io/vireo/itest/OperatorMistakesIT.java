package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.bdev.Bdev;
import io.vireo.bdev.BdevDescriptor;
import io.vireo.bdev.BdevListener;
import io.vireo.daemon.RunningTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code vireo rpc} and {@code vireo target} say to an operator's mistake: one sentence and an
 * exit status, and nothing has changed.
 */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OperatorMistakesIT {
  private static final String LONG = "x".repeat(108);

  private Path directory;
  private RunningTarget target;
  private BdevDescriptor claim;

  @BeforeAll
  void start(@TempDir Path temporary) throws IOException {
    directory = temporary;
    target = new RunningTarget(directory);
    for (String bdev : List.of("there", "claimed")) {
      target.call("bdev_malloc_create", "name", bdev, "num_blocks", 64, "block_size", 512);
    }
    target.call("vhost_create_blk_controller", "ctrlr", "there", "dev_name", "there");
    claim = target.target.bdevs().open("claimed", true, new Unmoved());
    claim.claim("raid0");
    Files.write(directory.resolve("odd.img"), new byte[1000]);
    Files.createFile(directory.resolve("empty.img"));
    Files.writeString(directory.resolve("file"), "precious");
  }

  private static final class Unmoved implements BdevListener {
    @Override
    public void removed(Bdev bdev) {}

    @Override
    public void resized(Bdev bdev) {}
  }

  @AfterAll
  void stop() throws IOException {
    claim.close();
    target.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bdev_uring_create --name u --filename DIR/none --block_size 512"
            + "| No such file or directory: open of DIR/none (-2)",
        "bdev_uring_create --name u --filename DIR --block_size 512"
            + "| Invalid argument: DIR is neither a file nor a block device (-22)",
        "bdev_uring_create --name u --filename DIR/odd.img --block_size 512"
            + "| Invalid argument: size 1000 of DIR/odd.img is no multiple of the block size 512 (-22)",
        "bdev_uring_create --name u --filename DIR/odd.img --block_size 1000"
            + "| Invalid argument: block size 1000 is not a power of two of at least 512 (-22)",
        "bdev_uring_create --name u --filename DIR/empty.img --block_size 512"
            + "| Invalid argument: DIR/empty.img is empty, a bdev has at least one block (-22)",
        "bdev_malloc_create --name m --num_blocks 8 --block_size 500"
            + "| Invalid argument: block size 500 is not a power of two of at least 512 (-22)",
        "bdev_malloc_create --name m --num_blocks 0 --block_size 512"
            + "| Invalid argument: number of blocks 0 is not positive (-22)",
        "bdev_malloc_create --name m --num_blocks many --block_size 512"
            + "| Invalid parameters: parameter 'num_blocks' is \"many\", not an integer (-32602)",
        "bdev_malloc_create --name m --block_size 512"
            + "| Invalid parameters: parameter 'num_blocks' is missing (-32602)",
        "bdev_get_bdevs --nmae m"
            + "| Invalid parameters: unknown parameter 'nmae', bdev_get_bdevs takes name, timeout (-32602)",
        "bdev_malloc_create --name there --num_blocks 8 --block_size 512"
            + "| File exists: bdev there exists already (-17)",
        "vhost_create_blk_controller --ctrlr c --dev_name claimed"
            + "| Operation not permitted: bdev claimed is claimed by raid0 (-32602)",
        "vhost_create_blk_controller --ctrlr c --dev_name none"
            + "| No such device: there is no bdev none (-32602)",
        "vhost_create_blk_controller --ctrlr there --dev_name there"
            + "| File exists: controller there exists (-32602)",
        "vhost_create_blk_controller --ctrlr file --dev_name there"
            + "| File exists: DIR/file exists and is no socket (-32602)",
        "vhost_create_blk_controller --ctrlr rpc.sock --dev_name there"
            + "| Address already in use: another program listens at socket DIR/rpc.sock (-32602)",
        "vhost_create_blk_controller --ctrlr LONG --dev_name there"
            + "| File name too long: socket path DIR/LONG has BYTES bytes, more than 107 (-32602)",
        "vhost_create_blk_controller --ctrlr c --dev_name there --cpumask [1023]"
            + "| Invalid argument: cpumask [1023] has CPU 1023, but reactors run on 0x1 only (-32602)",
        "no_such_method | Method not found: no_such_method (-32601)",
      })
  void a_method_that_cannot_be_carried_out(String call, String sentence) throws Exception {
    String before = target.state();
    List<String> command = command("rpc -s DIR/rpc.sock " + call);
    assertThat(Child.run(1, command.toArray(String[]::new)))
        .isEqualTo("vireo rpc: " + call.split(" ", 2)[0] + ": " + inPlace(sentence));
    assertThat(target.state()).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "1 | rpc -s DIR/none bdev_get_bdevs"
            + "| vireo rpc: cannot connect to DIR/none: No such file or directory",
        "1 | rpc -s DIR/file bdev_get_bdevs"
            + "| vireo rpc: cannot connect to DIR/file: Connection refused",
        "1 | rpc -s DIR/rpc.sock bdev_get_bdevs there"
            + "| vireo rpc: 'there' is no parameter: they are given as --name value",
        "1 | target -r DIR/rpc.sock -S DIR"
            + "| vireo target: another program uses socket DIR/rpc.sock: it holds the lock of"
            + " DIR/rpc.sock.lock",
        "1 | target -r DIR/file -S DIR | vireo target: DIR/file exists and is no socket",
        "1 | target -r DIR/LONG -S DIR"
            + "| vireo target: socket path DIR/LONG has BYTES bytes, more than 106",
        "1 | target -r DIR/none/rpc.sock -S DIR"
            + "| vireo target: no socket can be made at DIR/none/rpc.sock: open of DIR/none/rpc.sock.lock: No such"
            + " file or directory (ENOENT)",
        "1 | target -r DIR/other.sock -S DIR/none"
            + "| vireo target: sockets cannot be made in DIR/none: it is no directory that can be"
            + " written to",
        "1 | target -r DIR/other.sock -S DIR -m 0" + "| vireo target: CPU mask '0' names no CPU",
        "1 | target -r DIR/other.sock -S DIR -m 0-3"
            + "| vireo target: CPU mask '0-3' is neither hexadecimal like 0x3 nor a list like [0,2-3]",
        "2 | target --idle sleep"
            + "| vireo target: Invalid value for option '--idle': 'sleep' is neither poll nor adaptive"
            + " (see vireo target --help)",
        "2 | traget | vireo: Unmatched argument at index 0: 'traget' (see vireo --help)",
      })
  void a_command_that_cannot_be_carried_out(int status, String arguments, String sentence)
      throws Exception {
    String before = target.state();
    assertThat(Child.run(status, command(arguments).toArray(String[]::new)))
        .isEqualTo(inPlace(sentence));
    assertThat(target.state()).isEqualTo(before);
    assertThat(directory.resolve("other.sock")).doesNotExist();
    assertThat(directory.resolve("file")).hasContent("precious");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "config save -s DIR/rpc.sock",
        "rpc -s DIR/rpc.sock bdev_get_bdevs",
        "target --help",
        "--version"
      })
  void output_that_a_full_disk_does_not_take(String arguments) throws Exception {
    String shell = "exec \"$@\" > /dev/full";
    List<String> command = new ArrayList<>(List.of("sh", "-c", shell, "sh"));
    command.addAll(command(arguments));
    assertThat(Child.run(1, command, Map.of()))
        .isEqualTo("vireo: standard output cannot be written: No space left on device");
  }

  /** In whatever language the C library tells it, where that has been installed. */
  @ParameterizedTest
  @ValueSource(strings = {"", "de"})
  void a_reader_who_has_read_enough_hears_nothing(String language) throws Exception {
    String line = "\"$@\" | :; exit ${PIPESTATUS[0]}"; // it has gone before the JVM is there
    List<String> command = new ArrayList<>(List.of("bash", "-c", line, "bash"));
    command.addAll(command("rpc -s DIR/rpc.sock rpc_get_methods"));
    Map<String, String> locale = Map.of("LC_ALL", "C.UTF-8", "LANGUAGE", language);
    assertThat(Child.run(0, command, locale)).isEmpty();
  }

  @Test
  void files_have_their_names_in_any_locale() throws Exception {
    assertThat(Child.run(1, command("target -c DIR/\u00fc.json"), Map.of("LC_ALL", "C")))
        .isEqualTo(inPlace("vireo target: cannot read DIR/\u00fc.json: there is no such file"));
  }

  private List<String> command(String arguments) {
    List<String> command = new ArrayList<>(List.of(Repository.LAUNCHER.toString()));
    command.addAll(Arrays.asList(inPlace(arguments).split(" ", -1)));
    return command;
  }

  private String inPlace(String text) {
    int bytes = directory.toString().length() + 1 + LONG.length();
    return text.replace("DIR", directory.toString())
        .replace("LONG", LONG)
        .replace("BYTES", Integer.toString(bytes));
  }
}
