package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What {@code mvn package} delivers is complete, and no more than what runs. */
@Timeout(300)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DeliveredFilesIT {
  private Delivered vireo;
  private Path root;

  @BeforeAll
  void unpack(@TempDir Path directory) throws Exception {
    vireo = Delivered.unpack(directory);
    root = vireo.root();
  }

  @Test
  void it_holds_what_runs_and_no_tests() throws Exception {
    assertThat(vireo.names("."))
        .containsExactly(
            "CHANGELOG.md", "LICENSE", "README.md", "bin", "docs", "lib", "licenses", "share");
    List<String> jars = vireo.names("lib").stream().filter(name -> name.endsWith(".jar")).toList();
    assertThat(jars)
        .hasSizeGreaterThan(15)
        .anyMatch(name -> name.startsWith("vireo-daemon-"))
        .noneMatch(name -> name.matches(".*(-tests|junit|jmh|assertj|jqwik|archunit).*"));
    String inside = Child.run(0, "tar", "-tzvf", Delivered.archive().toString());
    assertThat(inside.lines())
        .filteredOn(line -> !line.startsWith("l"))
        .allMatch(line -> line.matches("[-d]rw[-x]r-[-x]r-[-x] 0/0 .*"));
    assertThat(inside.lines())
        .filteredOn(line -> line.startsWith("l"))
        .singleElement()
        .asString()
        .matches(".* 0/0 .*/bin/vireo-blk -> vireo");
  }

  @Test
  void qemus_tools_find_the_program_of_a_disk() throws Exception {
    String found = Files.readString(root.resolve("share/qemu/vhost-user/50-vireo-blk.json"));
    assertThat(found).contains("\"type\": \"block\"", "\"binary\": \"/usr/local/bin/vireo-blk\"");
    Path program = root.resolve("bin/vireo-blk");
    assertThat(Child.run(0, program.toString(), "--print-capabilities"))
        .isEqualTo("{\"type\":\"block\",\"features\":[\"read-only\",\"blk-file\"]}");
  }

  @Test
  void every_library_of_others_has_its_licence() throws Exception {
    String copyright = Files.readString(root.resolve("licenses/copyright"));
    for (String jar : vireo.names("lib")) {
      if (jar.endsWith(".jar") && !jar.startsWith("vireo-")) {
        assertThat(copyright).contains("lib/" + jar.replaceFirst("-[0-9.]+[.]jar$", "-*.jar"));
      }
    }
    assertThat(vireo.names("licenses"))
        .contains("EPL-2.0.md")
        .anyMatch(n -> n.startsWith("jackson-"));
  }

  @Test
  void man_shows_each_page_without_a_warning_and_with_all_that_help_shows() throws Exception {
    Map<String, String> wide = Map.of("MANWIDTH", "300", "LC_ALL", "C.UTF-8", "MANPAGER", "cat");
    List<String> pages = vireo.names("share/man/man1");
    assertThat(pages).contains("vireo.1", "vireo-target.1", "vireo-nvme-identify.1");
    for (String page : pages) {
      String file = root.resolve("share/man/man1").resolve(page).toString();
      String shown = Child.run(0, List.of("man", "--warnings=w", "-l", file), wide);
      assertThat(shown).contains("NAME", "SYNOPSIS", "EXIT STATUS").doesNotContain("warning:");
      if (!page.equals("vireo.1")) { // its help is the launcher's
        String command = page.replaceFirst("^vireo-(.*)[.]1$", "$1");
        String help = vireo.run(0, (command.replace('-', ' ') + " --help").split(" ", -1));
        assertThat(Texts.options(help)).isNotEmpty().isSubsetOf(Texts.options(shown));
      }
    }
  }

  @Test
  void bash_completes_commands_and_options() throws Exception {
    assertThat(completed("vireo", "tar")).containsExactly("target");
    assertThat(completed("vireo", "pci", "b")).containsExactly("bind");
    assertThat(completed("vireo", "target", "--rpc")).containsExactly("--rpc-socket");
    assertThat(completed("vireo", ""))
        .contains("target", "rpc", "perf")
        .doesNotContain("build", "demo", "jmh");
  }

  private Set<String> completed(String... words) throws Exception {
    String script =
        """
        compopt() { :; }
        source "$1" && complete -p vireo >/dev/null || exit
        shift
        COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMP_LINE="$*"
        COMP_POINT=${#COMP_LINE} COMPREPLY=()
        $(complete -p vireo | sed 's/.*-F \\([^ ]*\\).*/\\1/') vireo "${@: -1}" ""
        printf '%s\\n' "${COMPREPLY[@]}"
        """;
    String file = root.resolve("share/bash-completion/completions/vireo").toString();
    List<String> command = new ArrayList<>(List.of("bash", "-c", script, "bash", file));
    command.addAll(List.of(words));
    Set<String> found = new TreeSet<>();
    Child.run(0, command, Map.of()).lines().map(String::strip).forEach(found::add);
    return found;
  }

  @Test
  void packing_again_gives_the_same_files() throws Exception {
    Path deb = Delivered.debianPackage();
    Path archive = Delivered.archive();
    String sums = Child.run(0, "sha256sum", archive.toString(), deb.toString());
    String version = root.getFileName().toString().replaceFirst("vireo-", "");
    String time =
        Files.readString(Repository.ROOT.resolve("pom.xml"))
            .replaceFirst("(?s).*<project.build.outputTimestamp>(.*?)<.*", "$1");
    Path pack = Repository.ROOT.resolve("daemon/src/dist/pack");
    // As someone with other habits, elsewhere.
    Child.run(
        0,
        List.of("bash", "-c", "umask 077 && cd / && '" + pack + "' " + version + " " + time),
        Map.of("TZ", "Asia/Tokyo", "LC_ALL", "C.UTF-8"));
    assertThat(Child.run(0, "sha256sum", archive.toString(), deb.toString())).isEqualTo(sums);
  }
}
