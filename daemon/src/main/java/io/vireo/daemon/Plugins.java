package io.vireo.daemon;

import io.vireo.bdev.module.BdevModule;
import java.io.Closeable;
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
import java.util.jar.JarFile;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The bdev modules: those of the class path, and those in jars of a folder. The jars are open until
 * it is closed, which is when no module is used any more: a class may be needed late.
 */
final class Plugins implements Closeable {
  private static final Logger log = LoggerFactory.getLogger(Plugins.class);

  private final URLClassLoader jars;
  private final List<BdevModule> modules;

  private Plugins(URLClassLoader jars, List<BdevModule> modules) {
    this.jars = jars;
    this.modules = modules;
  }

  /**
   * Finds and makes them.
   *
   * @param folder whose {@code *.jar} are searched too; null: none
   * @throws IOException with one sentence: it is no folder, a jar is none, or its module cannot be
   *     made
   */
  static Plugins in(Path folder) throws IOException {
    List<Path> files = folder == null ? List.of() : jars(folder);
    URL[] urls = files.stream().map(Plugins::url).toArray(URL[]::new);
    URLClassLoader loader = new URLClassLoader("plugins", urls, Plugins.class.getClassLoader());
    try {
      Plugins plugins = new Plugins(loader, load(loader));
      if (folder != null) {
        log.info("plugins in {}: {}", folder, plugins.found());
      }
      return plugins;
    } catch (IOException | RuntimeException | Error e) {
      loader.close();
      throw e;
    }
  }

  private static List<BdevModule> load(ClassLoader loader) throws IOException {
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

  private static List<Path> jars(Path folder) throws IOException {
    List<Path> jars;
    try (Stream<Path> files = Files.list(folder)) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    } catch (IOException e) {
      throw new IOException("plugins cannot be found in %s: it is no folder".formatted(folder), e);
    }
    for (Path jar : jars) {
      requireReadable(jar);
    }
    return jars;
  }

  /** A class loader would go on without it, and say nothing; a pipe's opening may never end. */
  private static void requireReadable(Path jar) throws IOException {
    try {
      if (Files.exists(jar) && !Files.isRegularFile(jar)) {
        throw new IOException("it is no regular file");
      }
      new JarFile(jar.toFile()).close();
    } catch (IOException e) {
      throw new IOException("plugin %s is no jar that can be read: %s".formatted(jar, e), e);
    }
  }

  private static URL url(Path jar) {
    try {
      return jar.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** What the jars brought, for people. */
  @SuppressWarnings("ReferenceEquality")
  String found() {
    String found =
        modules.stream()
            .filter(module -> module.getClass().getClassLoader() == jars)
            .map(module -> "bdev module " + module.name())
            .collect(Collectors.joining(", "));
    return found.isEmpty() ? "no bdev module" : found;
  }

  /** All modules, those of the class path first. */
  List<BdevModule> modules() {
    return modules;
  }

  @Override
  public void close() throws IOException {
    jars.close();
  }
}
