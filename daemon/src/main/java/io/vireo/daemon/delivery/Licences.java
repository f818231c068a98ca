package io.vireo.daemon.delivery;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.regex.Pattern;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;

/** The licences and notices that a library brings in its jar. */
final class Licences {
  private static final Pattern TEXT =
      Pattern.compile("META-INF/[^/]*(?:LICENSE|NOTICE|COPYING)[^/]*");

  private Licences() {}

  /** Copies them into a folder of the jar's name below {@code folder}; none when it has none. */
  static void extract(Path jar, Path folder) throws IOException {
    String name = jar.getFileName().toString().replaceFirst("[.]jar$", "");
    try (ZipFile zip = new ZipFile(jar.toFile())) {
      for (ZipEntry entry : texts(zip)) {
        Path copy = folder.resolve(name).resolve(fileName(entry));
        Files.createDirectories(copy.getParent());
        try (InputStream in = zip.getInputStream(entry)) {
          Files.copy(in, copy);
        }
      }
    }
  }

  private static List<? extends ZipEntry> texts(ZipFile zip) {
    return Collections.list(zip.entries()).stream()
        .filter(entry -> TEXT.matcher(entry.getName()).matches())
        .toList();
  }

  private static String fileName(ZipEntry entry) {
    return entry.getName().substring(entry.getName().lastIndexOf('/') + 1);
  }
}
