package io.vireo.itest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The package for Debian, unpacked into a folder as into a root. */
@Timeout(120)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DebianPackageIT {
  private Path deb;
  private Path root;
  private Path control;
  private Delivered vireo;

  @BeforeAll
  void unpack(@TempDir Path directory) throws Exception {
    deb = Delivered.debianPackage();
    root = directory.resolve("root");
    control = directory.resolve("control");
    Child.run(0, "dpkg-deb", "-x", deb.toString(), root.toString());
    Child.run(0, "dpkg-deb", "-e", deb.toString(), control.toString());
    vireo = new Delivered(root.resolve("usr/bin/vireo"), directory.resolve("cache"));
  }

  private String field(String name) throws Exception {
    return Child.run(0, "dpkg-deb", "-f", deb.toString(), name);
  }

  @Test
  void its_fields_ask_for_nothing_that_debian_lacks() throws Exception {
    assertThat(field("Package")).isEqualTo("vireo");
    assertThat(field("Architecture")).isEqualTo("amd64");
    assertThat(field("Depends")).isEqualTo("passwd"); // groupadd: it is on every Debian
    assertThat(field("Recommends")).contains("openjdk-25-jre-headless");
    assertThat(deb.getFileName()).hasToString("vireo_" + field("Version") + "_amd64.deb");
    assertThat(Long.parseLong(field("Installed-Size"))).isBetween(2_000L, 50_000L);
    Child.run(0, "dpkg", "--validate-version", field("Version"));
    assertThat(Files.readString(control.resolve("control"))).doesNotContain("@V", "@K", "@D");
  }

  @Test
  void each_file_lies_where_debian_looks_for_it_and_is_whole() throws Exception {
    assertThat(vireo.launcher()).isSymbolicLink();
    assertThat(Files.readSymbolicLink(vireo.launcher())).isRelative();
    for (String file :
        new String[] {
          "etc/default/vireo",
          "usr/lib/systemd/system/vireo.service",
          "usr/share/bash-completion/completions/vireo",
          "usr/share/doc/vireo/copyright",
          "usr/share/doc/vireo/changelog.gz",
          "usr/share/doc/vireo/CHANGELOG.md",
          "usr/share/man/man1/vireo.1.gz",
          "usr/share/man/man1/vireo-blk.1.gz",
          "usr/share/man/man1/vireo-pci-reset.1.gz"
        }) {
      assertThat(root.resolve(file)).isNotEmptyFile();
    }
    String found = Files.readString(root.resolve("usr/share/qemu/vhost-user/50-vireo-blk.json"));
    assertThat(found).contains("\"binary\": \"/usr/bin/vireo-blk\"");
    Path disks = root.resolve("usr/bin/vireo-blk");
    assertThat(Child.run(0, disks.toString(), "--print-capabilities")).contains("blk-file");
    assertThat(control.resolve("conffiles")).hasContent("/etc/default/vireo");
    Child.run(
        0,
        "bash",
        "-c",
        "cd '" + root + "' && md5sum --quiet -c '" + control.resolve("md5sums") + "'");
    String owners = Child.run(0, "dpkg-deb", "-c", deb.toString());
    assertThat(owners.lines()).allMatch(line -> line.contains(" root/root "));
  }

  @Test
  void the_program_runs_and_has_its_version() throws Exception {
    String version = field("Version").replace('~', '-');
    assertThat(vireo.run(0, "--version")).isEqualTo("Vireo " + version);
    assertThat(vireo.run(0, "target", "--help")).startsWith("Runs a target");
    String changelog =
        Child.run(0, "zcat", root.resolve("usr/share/doc/vireo/changelog.gz").toString());
    assertThat(changelog).startsWith("vireo (" + field("Version") + ") ");
  }

  @Test
  void its_scripts_start_no_service() throws Exception {
    try (Stream<Path> files = Files.list(control)) {
      List<Path> scripts = files.filter(Files::isExecutable).sorted().toList();
      assertThat(scripts)
          .extracting(file -> file.getFileName().toString())
          .containsExactly("postinst", "postrm", "prerm");
      for (Path script : scripts) {
        Child.run(0, "sh", "-n", script.toString());
        assertThat(Files.readString(script))
            .doesNotContainPattern("systemctl.* (start|restart|enable|unmask)");
      }
    }
  }

  @Test
  void systemd_understands_its_unit(@TempDir Path directory) throws Exception {
    assumeThat(Path.of("/usr/bin/systemd-analyze")).exists();
    String unit = Files.readString(root.resolve("usr/lib/systemd/system/vireo.service"));
    assertThat(unit).contains("ExecStart=/usr/bin/vireo target $VIREO_OPTIONS\n");
    // In a folder whose name needs no quotes.
    Path program = Files.writeString(directory.resolve("vireo"), "#!/bin/sh\n");
    Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
    Path file = directory.resolve("vireo.service");
    Files.writeString(file, unit.replace("/usr/bin/vireo", program.toString()));
    String said = Child.run(0, "systemd-analyze", "verify", "--man=no", file.toString());
    assertThat(said.lines().filter(line -> line.contains("vireo"))).isEmpty();
  }

  @Test
  void with_the_units_options_disks_are_there_again_after_a_restart(@TempDir Path state)
      throws Exception {
    String options = field("etc/default/vireo", "VIREO_OPTIONS=\"(.*)\"");
    assertThat(options)
        .isEqualTo(
            field("usr/lib/systemd/system/vireo.service", "Environment=\"VIREO_OPTIONS=(.*)\""));
    String[] line =
        ("target -r " + state + "/rpc " + options)
            .replace("/run/vireo", state.toString())
            .replace("/var/lib/vireo", state.toString())
            .split(" ", -1);
    String disk = "bdev_null_create --name kept --num_blocks 8 --block_size 512";
    assertThat(serve(state, line, disk)).isEqualTo("\"kept\"");
    assertThat(serve(state, line, "bdev_get_bdevs")).contains("\"kept\"");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void purged_it_leaves_nothing_but_users_disks(boolean disk, @TempDir Path machine)
      throws Exception {
    Path state = Files.createDirectories(machine.resolve("var/lib/vireo"));
    Path cache = Files.createDirectories(machine.resolve("var/cache/vireo"));
    Files.createFile(state.resolve("vireo.json"));
    Files.createFile(cache.resolve("target.aot"));
    if (disk) {
      Files.createFile(state.resolve("disk.img"));
    }
    String script = Files.readString(control.resolve("postrm")).replace("/var/", machine + "/var/");
    Child.run(0, "sh", "-c", script, "postrm", "remove");
    assertThat(state.resolve("vireo.json")).exists();
    Child.run(0, "sh", "-c", script, "postrm", "purge");
    Child.run(0, "sh", "-c", script, "postrm", "purge");
    assertThat(cache).doesNotExist();
    if (disk) {
      assertThat(state).isDirectoryContaining("glob:**/disk.img");
      assertThat(state.resolve("vireo.json")).doesNotExist();
    } else {
      assertThat(state).doesNotExist();
    }
  }

  @Test
  void where_the_folder_of_its_state_is_a_link_purging_leaves_that(@TempDir Path machine)
      throws Exception {
    Path disks = Files.createDirectories(machine.resolve("srv/disks"));
    Path state = Files.createDirectories(machine.resolve("var/lib")).resolve("vireo");
    Files.createSymbolicLink(state, disks);
    Files.createFile(state.resolve("vireo.json"));
    String script = Files.readString(control.resolve("postrm")).replace("/var/", machine + "/var/");
    Child.run(0, "sh", "-c", script, "postrm", "purge");
    assertThat(state).isSymbolicLink();
    assertThat(disks).isEmptyDirectory();
  }

  /** What a line of a file has for the pattern's group. */
  private String field(String file, String pattern) throws Exception {
    return Files.readAllLines(root.resolve(file)).stream()
        .filter(line -> line.matches(pattern))
        .map(line -> line.replaceFirst(pattern, "$1"))
        .findFirst()
        .orElseThrow();
  }

  /** A target's life with one call; the answer to that. */
  private String serve(Path state, String[] line, String call) throws Exception {
    try (Child target = vireo.start(line)) {
      Await.until("it runs", () -> target.output().contains(" runs on CPUs "));
      String answer = vireo.run(0, ("rpc -s " + state + "/rpc " + call).split(" ", -1));
      target.terminate();
      assertThat(target.status()).isZero();
      return answer;
    }
  }
}
