package io.vireo.daemon.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.Help.ColorScheme;
import picocli.CommandLine.Help.IParamLabelRenderer;
import picocli.CommandLine.Model.ArgGroupSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** The man page of one command: {@code vireo-pci-bind(1)} is that of {@code vireo pci bind}. */
final class ManPage {
  /** No text is as wide: each of its lines is a paragraph, which man fills as its window is. */
  private static final int WIDTH = 100_000;

  private static final int SECTION = 1;

  private static final Pattern NAME = Pattern.compile("\\b[A-Z]+\\b");

  private final CommandSpec spec;
  private final String date;
  private final String source;
  private final ColorScheme plain = Help.defaultColorScheme(Ansi.OFF);
  private final Help help;
  private final Roff roff = new Roff();

  /**
   * @param date of the version
   * @param source the program and its version
   */
  ManPage(CommandLine command, String date, String source) {
    spec = command.getCommandSpec();
    this.date = date;
    this.source = source;
    spec.usageMessage().autoWidth(false).width(WIDTH);
    help = new Help(spec, plain);
  }

  String name() {
    return name(spec);
  }

  private static String name(CommandSpec spec) {
    return spec.qualifiedName("-");
  }

  String text() {
    roff.title(name().toUpperCase(Locale.ROOT), SECTION, date, source);
    roff.section("NAME").words(name() + " - " + purpose(spec));
    synopsis();
    description();
    parameters();
    options();
    commands();
    footer();
    exitStatus();
    seeAlso();
    return roff.toString();
  }

  /** The header as whatis shows it: a phrase, no sentence. */
  private static String purpose(CommandSpec spec) {
    String header = String.join(" ", spec.usageMessage().header()).replaceFirst("[.]$", "");
    boolean name = header.length() > 1 && Character.isUpperCase(header.charAt(1));
    return name ? header : header.substring(0, 1).toLowerCase(Locale.ROOT) + header.substring(1);
  }

  private void synopsis() {
    String command = spec.qualifiedName();
    String line = help.synopsis(0).strip().replaceAll("\\s+", " ");
    roff.section("SYNOPSIS").request("nh").request("ad l");
    roff.filled(Roff.bold(command) + Roff.escaped(line.substring(command.length())));
    roff.request("ad").request("hy");
  }

  private void description() {
    roff.section("DESCRIPTION").words(String.join(" ", spec.usageMessage().header()));
    paragraphs(help.description().lines().toList());
  }

  /** Empty lines part paragraphs; what is indented stays as it is. */
  private void paragraphs(List<String> lines) {
    List<String> example = new ArrayList<>();
    for (String line : lines) {
      if (line.startsWith(" ")) {
        example.add(line.substring(Math.min(2, line.length() - line.stripLeading().length())));
        continue;
      }
      flush(example);
      if (!line.isBlank()) {
        roff.paragraph().words(line);
      }
    }
    flush(example);
  }

  private void flush(List<String> example) {
    if (!example.isEmpty()) {
      roff.verbatim(example);
      example.clear();
    }
  }

  private void parameters() {
    List<PositionalParamSpec> shown =
        spec.positionalParameters().stream().filter(p -> !p.hidden()).toList();
    if (shown.isEmpty()) {
      return;
    }
    roff.section("ARGUMENTS");
    for (PositionalParamSpec parameter : shown) {
      Text[][] rows = help.createDefaultParameterRenderer().render(parameter, labels(), plain);
      entry(Roff.italic(parameter.paramLabel()), rows);
    }
  }

  /** Those of a group with a heading apart, as {@code --help} shows them. */
  private void options() {
    List<ArgGroupSpec> groups =
        spec.argGroups().stream().filter(group -> group.heading() != null).toList();
    List<OptionSpec> grouped = groups.stream().flatMap(ManPage::all).toList();
    List<OptionSpec> others =
        spec.options().stream().filter(o -> !o.hidden() && !grouped.contains(o)).toList();
    roff.section("OPTIONS");
    others.forEach(this::option);
    for (ArgGroupSpec group : groups) {
      roff.subsection(group.heading().replace("%n", "").strip().replaceFirst(":$", ""));
      all(group).filter(option -> !option.hidden()).forEach(this::option);
    }
  }

  private static Stream<OptionSpec> all(ArgGroupSpec group) {
    return Stream.concat(
        group.options().stream(), group.subgroups().stream().flatMap(ManPage::all));
  }

  private void option(OptionSpec option) {
    List<String> names = Stream.of(option.names()).map(Roff::bold).toList();
    String value = labels().renderParameterLabel(option, Ansi.OFF, List.of()).toString();
    Text[][] rows = help.createDefaultOptionRenderer().render(option, labels(), plain);
    entry(String.join(", ", names) + value(value), rows);
  }

  /** Names that stand for something are in capitals. */
  private static String value(String label) {
    return NAME.matcher(Roff.escaped(label)).replaceAll(name -> "\\\\fI" + name.group() + "\\\\fR");
  }

  private IParamLabelRenderer labels() {
    return help.parameterLabelRenderer();
  }

  /** A term, and the last column of what {@code --help} would show of it. */
  private void entry(String term, Text[][] rows) {
    roff.term(term);
    boolean first = true;
    for (Text[] row : rows) {
      String text = row[row.length - 1].toString().strip();
      if (!text.isEmpty()) {
        if (!first) {
          roff.request("br");
        }
        roff.words(text);
        first = false;
      }
    }
  }

  private void commands() {
    if (spec.subcommands().isEmpty()) {
      return;
    }
    roff.section("COMMANDS");
    for (Map.Entry<String, CommandLine> command : spec.subcommands().entrySet()) {
      CommandSpec below = command.getValue().getCommandSpec();
      roff.term(Roff.bold(command.getKey()));
      roff.words(String.join(" ", below.usageMessage().header()) + " See " + name(below) + "(1).");
    }
  }

  /** A line that ends with a colon begins a section. */
  private void footer() {
    List<String> section = new ArrayList<>();
    for (String line : help.footer().lines().toList()) {
      if (line.matches("\\S.*:")) {
        paragraphs(section);
        section.clear();
        roff.section(line.substring(0, line.length() - 1).toUpperCase(Locale.ROOT));
      } else {
        section.add(line);
      }
    }
    paragraphs(section);
  }

  private void exitStatus() {
    roff.section("EXIT STATUS");
    roff.term("0").words("It was done.");
    roff.term("1").words("It could not be done; a line on standard error says why.");
    roff.term("2").words("The command line cannot be understood.");
  }

  private void seeAlso() {
    List<CommandSpec> others = new ArrayList<>();
    if (spec.parent() != null) {
      others.add(spec.parent());
    }
    spec.subcommands().values().forEach(below -> others.add(below.getCommandSpec()));
    roff.section("SEE ALSO");
    List<String> names =
        others.stream().map(other -> Roff.bold(name(other)) + "(" + SECTION + ")").toList();
    roff.filled(String.join(", ", names));
  }
}
