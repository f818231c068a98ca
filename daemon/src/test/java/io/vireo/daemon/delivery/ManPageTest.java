package io.vireo.daemon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.vireo.daemon.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The pages of the very model that the command line is understood by. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManPageTest {
  private Path pages;

  @BeforeAll
  void write(@TempDir Path root) throws IOException {
    new Delivery(root, "2026-01-31").writeManPages();
    pages = root.resolve("share/man/man1");
  }

  private static List<CommandSpec> commands() {
    return Delivery.commands(Main.commandLine(() -> {})).stream()
        .map(CommandLine::getCommandSpec)
        .toList();
  }

  private String page(CommandSpec command) throws IOException {
    return Files.readString(pages.resolve(command.qualifiedName("-") + ".1"));
  }

  @Test
  void each_command_has_one_and_there_are_no_others() throws IOException {
    List<String> names = new ArrayList<>();
    commands().forEach(command -> names.add(command.qualifiedName("-") + ".1"));
    assertThat(names).contains("vireo.1", "vireo-target.1", "vireo-pci-bind.1");
    try (Stream<Path> files = Files.list(pages)) {
      assertThat(files.map(file -> file.getFileName().toString()))
          .containsExactlyInAnyOrderElementsOf(names);
    }
  }

  @Test
  void every_option_and_argument_is_a_term_with_what_it_means() throws IOException {
    int seen = 0;
    for (CommandSpec command : commands()) {
      String page = page(command);
      for (OptionSpec option : command.options()) {
        for (String name : option.names()) {
          assertThat(page)
              .containsPattern("\n.TP\n.*\\\\fB\\Q" + Roff.escaped(name) + "\\E\\\\fR.*\n[^.\n]");
          seen++;
        }
      }
      for (PositionalParamSpec parameter : command.positionalParameters()) {
        assertThat(page)
            .containsPattern(
                "\n.TP\n\\\\fI\\Q" + Roff.escaped(parameter.paramLabel()) + "\\E\\\\fR\n[^.\n]");
        seen++;
      }
      for (String below : command.subcommands().keySet()) {
        assertThat(page).contains("\n.TP\n\\fB" + below + "\\fR\n");
      }
    }
    assertThat(seen).isGreaterThan(60);
  }

  @Test
  void defaults_are_filled_in() throws IOException {
    for (CommandSpec command : commands()) {
      assertThat(page(command)).doesNotContain("$", "%n", "null");
    }
    assertThat(page(commands().getFirst())).contains(".TH \"VIREO\" 1 \"2026-01-31\"");
    assertThat(pages.resolve("vireo-target.1"))
        .content()
        .contains("(default: /var/tmp/vireo.sock)")
        .contains(".SH \"EXAMPLES\"")
        .contains("target: disks for virtual machines");
  }

  @Test
  void sections_come_in_the_order_that_readers_know() throws IOException {
    for (CommandSpec command : commands()) {
      List<String> headings =
          page(command).lines().filter(line -> line.startsWith(".SH ")).toList();
      assertThat(headings)
          .startsWith(".SH \"NAME\"", ".SH \"SYNOPSIS\"", ".SH \"DESCRIPTION\"")
          .containsSubsequence(".SH \"OPTIONS\"", ".SH \"EXIT STATUS\"", ".SH \"SEE ALSO\"")
          .doesNotHaveDuplicates();
    }
  }

  @Test
  void what_roff_would_take_for_its_own_is_shown() {
    CommandSpec odd = CommandSpec.create().name("odd");
    odd.usageMessage()
        .header("IO is 'quoted'.")
        .description(
            ".SH is no section",
            "'tis no macro either",
            "a \\fBbackslash",
            "x".repeat(60) + " " + "y".repeat(15) + " .dots that come first in a line");
    odd.addOption(OptionSpec.builder("--shown").description("~^`").build());
    odd.addOption(OptionSpec.builder("--secret").hidden(true).build());
    String page = new ManPage(new CommandLine(odd), "2026-01-31", "Odd 1").text();
    assertThat(page)
        .contains("odd \\- IO is \\(aqquoted\\(aq\n")
        .contains("\n\\&.SH is no section\n")
        .contains("\n\\(aqtis no macro either\n")
        .contains("a \\efBbackslash")
        .contains("\n\\&.dots that come first in a line")
        .contains("\\(ti\\(ha\\(ga")
        .contains("shown")
        .doesNotContain("secret");
  }
}
