package io.vireo.daemon;

import io.vireo.bdev.module.BdevModule;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;
import java.util.stream.Stream;

/** The bdev modules: those of the class path, and those in jars of a folder. */
final class Plugins {
  private Plugins() {}

  /**
   * Finds and makes them.
   *
   * @param folder whose {@code *.jar} are searched too; null: none
   * @throws IOException with one sentence: it is no folder, or a jar's module cannot be made
   */
  static List<BdevModule> modules(Path folder) throws IOException {
    ClassLoader loader = Plugins.class.getClassLoader();
    if (folder != null) {
      loader = new URLClassLoader("plugins", jars(folder), loader); // open as long as its classes
    }
    List<BdevModule> modules = new ArrayList<>();
    try {
      ServiceLoader.load(BdevModule.class, loader).forEach(modules::add);
    } catch (ServiceConfigurationError | LinkageError e) {
      throw new IOException("a bdev module cannot be loaded: " + sentence(e), e);
    }
    return List.copyOf(modules);
  }

  private static String sentence(Throwable e) {
    return e.getCause() == null ? e.getMessage() : e.getMessage() + ": " + e.getCause();
  }

  private static URL[] jars(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".jar"))
          .sorted()
          .map(Plugins::url)
          .toArray(URL[]::new);
    } catch (IOException e) {
      throw new IOException("plugins cannot be found in %s: it is no folder".formatted(folder), e);
    }
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }
}
