package io.vireo.daemon.pci;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

/** On a made-up machine, which grants all that is asked for. */
class HugePagesCommandTest {
  @TempDir Path root;

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Path pool(String place, int kib, String total, String free) throws IOException {
    Path pool = root.resolve(place).resolve("hugepages/hugepages-" + kib + "kB");
    Files.createDirectories(pool);
    Files.writeString(pool.resolve("nr_hugepages"), total + "\n");
    Files.writeString(pool.resolve("free_hugepages"), free + "\n");
    return pool.resolve("nr_hugepages");
  }

  private Path node(int node, String total, String free) throws IOException {
    return pool("sys/devices/system/node/node" + node, 2048, total, free);
  }

  private int run(String arguments) {
    return run(new HugePagesCommand(root), arguments);
  }

  private int run(HugePagesCommand command, String arguments) {
    CommandLine line = new CommandLine(command);
    line.setOut(new PrintWriter(out));
    line.setErr(new PrintWriter(err));
    line.setExecutionExceptionHandler(
        (e, failed, parsed) -> {
          failed.getErr().println(e.getMessage());
          failed.getErr().flush();
          return 1;
        });
    return arguments.isEmpty() ? line.execute() : line.execute(arguments.split(" ", -1));
  }

  @Test
  void without_a_number_they_are_shown_by_node_and_size() throws IOException {
    node(10, "4", "4");
    node(0, "8", "3");
    pool("sys/devices/system/node/node0", 1048576, "1", "0");
    assertThat(run("")).isZero();
    assertThat(out)
        .hasToString(
            """
            NODE  HUGE PAGE  RESERVED  FREE
            0     2 MiB      8         3
            0     1024 MiB   1         0
            10    2 MiB      4         4
            """);
  }

  @Test
  void a_number_is_shared_by_the_nodes() throws IOException {
    Path first = node(0, "0", "0");
    Path second = node(1, "0", "0");
    Path large = pool("sys/devices/system/node/node0", 1048576, "1", "0");
    assertThat(run("7")).isZero();
    assertThat(first).hasContent("4");
    assertThat(second).hasContent("3");
    assertThat(large).hasContent("1");
    assertThat(out.toString()).contains("0     2 MiB      4", "1     2 MiB      3");
  }

  /** Such as nodes of CPUs alone. */
  @ParameterizedTest
  @CsvSource({"0, 8", "1, 8", "0, 0", "1, 1"})
  void what_a_node_does_not_have_others_take_over(int poor, int wanted) throws IOException {
    List<Path> files = List.of(node(0, "0", "0"), node(1, "0", "0"));
    HugePagePool.Store store =
        (file, pages) ->
            HugePagePool.store(file, file.equals(files.get(poor)) ? "0\n" : pages.strip() + "\n");
    assertThat(run(new HugePagesCommand(root, store), Integer.toString(wanted))).isZero();
    assertThat(files.get(poor)).hasContent("0");
    assertThat(files.get(1 - poor)).hasContent(Integer.toString(wanted));
  }

  @Test
  void a_node_gets_all_of_its_number() throws IOException {
    Path first = node(0, "5", "5");
    Path second = node(1, "0", "0");
    assertThat(run("8 --node 1")).isZero();
    assertThat(first).hasContent("5");
    assertThat(second).hasContent("8");
    assertThat(out).hasToString("NODE  HUGE PAGE  RESERVED  FREE\n1     2 MiB      8         0\n");
  }

  @Test
  void a_machine_without_nodes_has_them_too() throws IOException {
    Path file = pool("sys/kernel/mm", 2048, "0", "0");
    assertThat(run("16")).isZero();
    assertThat(file).hasContent("16");
    assertThat(out.toString()).endsWith("-     2 MiB      16        0\n");
  }

  @Test
  void what_cannot_be_had_in_full_is_given_back() throws IOException {
    Path first = node(0, "4", "4");
    Path second = node(1, "7", "1");
    HugePagesCommand command = new HugePagesCommand(root, HugePagesCommandTest::atMostTen);
    assertThat(run(command, "24")).isEqualTo(1);
    assertThat(err)
        .hasToString(
            "only 20 of 24 huge pages could be reserved, for there is too little memory in one"
                + " piece; now there are 11 again: ask for fewer, or soon after a reboot\n");
    assertThat(first).hasContent("4");
    assertThat(second).hasContent("7");
    assertThat(run(command, "20")).isZero();
  }

  /** A kernel that finds no more. */
  private static void atMostTen(Path file, String pages) throws IOException {
    HugePagePool.store(file, Math.min(10, Integer.parseInt(pages.strip())) + "\n");
  }

  @Test
  void what_is_in_use_stays_and_is_told() throws IOException {
    node(0, "8", "3");
    HugePagesCommand command =
        new HugePagesCommand(root, (file, pages) -> HugePagePool.store(file, "5\n"));
    assertThat(run(command, "2")).isEqualTo(1);
    assertThat(err)
        .hasToString(
            "5 huge pages are left, not 2: the others are in use; end who uses them, and try"
                + " again\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "134217729;   134217729 huge pages are not between 0 and 134217728",
        "1 --node 1;  there is no NUMA node 1",
        "--node -2;   there is no NUMA node -2",
      })
  void what_cannot_be_is_refused_and_nothing_changed(String arguments, String sentence)
      throws IOException {
    Path file = node(0, "5", "5");
    assertThat(run(arguments)).isEqualTo(1);
    assertThat(err).hasToString(sentence + "\n");
    assertThat(file).hasContent("5");
  }

  @Test
  void a_kernel_without_huge_pages_is_told() {
    assertThat(run("1")).isEqualTo(1);
    assertThat(err).hasToString("the kernel has no huge pages\n");
  }

  @Test
  void a_kernel_without_pages_of_2_mib_is_told() throws IOException {
    pool("sys/kernel/mm", 1048576, "0", "0");
    assertThat(run("1")).isEqualTo(1);
    assertThat(err).hasToString("the kernel has no huge pages of 2 MiB (CONFIG_HUGETLBFS)\n");
  }

  @Test
  void a_file_that_holds_no_number_is_told() throws IOException {
    Path file = node(0, "many", "0");
    assertThat(run("")).isEqualTo(1);
    assertThat(err).hasToString(file + " is \"many\", not a number\n");
  }
}
