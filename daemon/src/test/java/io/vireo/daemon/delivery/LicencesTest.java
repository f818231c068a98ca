package io.vireo.daemon.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LicencesTest {
  @TempDir Path directory;

  private Path jar(String... entries) throws IOException {
    Path jar = directory.resolve("some-library-1.0.jar");
    try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String entry : entries) {
        zip.putNextEntry(new ZipEntry(entry));
        zip.write(entry.getBytes(StandardCharsets.UTF_8));
      }
    }
    return jar;
  }

  @Test
  void licences_and_notices_lie_in_a_folder_of_the_jars_name() throws IOException {
    Path jar =
        jar(
            "META-INF/LICENSE",
            "META-INF/NOTICE.md",
            "META-INF/Part-LICENSE",
            "META-INF/MANIFEST.MF",
            "META-INF/x/../../../LICENSE",
            "com/LICENSE");
    Path texts = directory.resolve("texts");
    Licences.extract(jar, texts);
    Path folder = texts.resolve("some-library-1.0");
    try (var all = Files.walk(texts)) {
      assertThat(all.filter(Files::isRegularFile))
          .containsExactlyInAnyOrderElementsOf(
              List.of(
                  folder.resolve("LICENSE"),
                  folder.resolve("NOTICE.md"),
                  folder.resolve("Part-LICENSE")));
    }
    assertThat(folder.resolve("NOTICE.md")).hasContent("META-INF/NOTICE.md");
  }

  @Test
  void a_jar_without_any_leaves_no_folder() throws IOException {
    Path texts = directory.resolve("texts");
    Licences.extract(jar("META-INF/MANIFEST.MF"), texts);
    assertThat(texts).doesNotExist();
  }
}
