package io.vireo.daemon.delivery;

import io.vireo.daemon.Main;
import io.vireo.daemon.method.Version;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.AutoComplete;
import picocli.CommandLine;

/** Writes what a build delivers besides what was written by hand. */
public final class Delivery {
  private final Path root;
  private final String date;

  /**
   * @param root the folder that becomes the installation's
   * @param date of the version, as in 2026-01-31
   */
  Delivery(Path root, String date) {
    this.root = root;
    this.date = date;
  }

  /** {@code Delivery ROOT DATE JAR...}: into ROOT, with the licences of the jars of others. */
  public static void main(String[] args) throws IOException {
    Delivery delivery = new Delivery(Path.of(args[0]), args[1]);
    delivery.writeManPages();
    delivery.writeCompletion();
    for (int i = 2; i < args.length; i++) {
      Licences.extract(Path.of(args[i]), delivery.root.resolve("licenses"));
    }
  }

  void writeManPages() throws IOException {
    Path folder = Files.createDirectories(root.resolve("share/man/man1"));
    for (CommandLine command : commands(Main.commandLine(() -> {}))) {
      ManPage page = new ManPage(command, date, "Vireo " + Version.current());
      Files.writeString(folder.resolve(page.name() + ".1"), page.text());
    }
  }

  void writeCompletion() throws IOException {
    Path folder = Files.createDirectories(root.resolve("share/bash-completion/completions"));
    // It is read by a shell and not run: without the line that names one.
    String script = AutoComplete.bash("vireo", Main.commandLine(() -> {}));
    Files.writeString(folder.resolve("vireo"), script.substring(script.indexOf('\n') + 1));
  }

  /** It and all commands below it. */
  static List<CommandLine> commands(CommandLine line) {
    List<CommandLine> all = new ArrayList<>(List.of(line));
    for (CommandLine command : line.getSubcommands().values()) {
      all.addAll(commands(command));
    }
    return all;
  }
}
