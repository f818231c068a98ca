package io.vireo.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.lang.classfile.ClassFile;
import java.lang.classfile.MethodModel;
import java.lang.classfile.attribute.CodeAttribute;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** In a JVM of its own that compiles before it goes on, so that the memory is lost under C2. */
class FaultPointTest {
  private static final int FREQ_INLINE_SIZE = 325;

  @Test
  void the_method_is_longer_than_can_be_inlined() throws IOException {
    try (InputStream in = FaultPoint.class.getResourceAsStream("FaultPoint.class")) {
      MethodModel method =
          ClassFile.of().parse(in.readAllBytes()).methods().stream()
              .filter(m -> m.methodName().equalsString("longerThanCanBeInlined"))
              .findFirst()
              .orElseThrow();
      int bytes = ((CodeAttribute) method.code().orElseThrow()).codeLength();
      assertThat(bytes).isGreaterThan(FREQ_INLINE_SIZE);
    }
  }

  @Test
  void an_error_surfaces_at_the_fault_point_and_not_behind_it() throws Exception {
    Process child =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xbatch",
                    "--enable-native-access=ALL-UNNAMED",
                    "-cp",
                    place(FaultPoint.class) + ":" + place(Child.class),
                    Child.class.getName()))
            .redirectErrorStream(true)
            .start();
    String output = new String(child.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(child.waitFor()).as(output).isZero();
    assertThat(output).isEqualTo("at step 1, at step 1, at step 1, ");
  }

  private static String place(Class<?> type) throws URISyntaxException {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI()).toString();
  }

  /** Touches memory that is lost, passes the fault point, goes on. */
  static final class Child {
    private static int step;

    private Child() {}

    public static void main(String[] args) {
      int fd = Libc.memfdCreate("lost", 0);
      Libc.ftruncate(fd, 4096);
      long memory = Libc.mmap(0, 4096, Libc.PROT_READ | Libc.PROT_WRITE, Libc.MAP_SHARED, fd, 0);
      for (int i = 0; i < 100_000; i++) {
        touch(memory);
      }
      Libc.ftruncate(fd, 0);
      for (int i = 0; i < 3; i++) {
        try {
          touch(memory);
        } catch (InternalError e) {
          System.out.print("at step " + step + ", ");
        }
      }
    }

    private static void touch(long memory) {
      step = 1;
      long value = Mem.getLong(memory);
      FaultPoint.pass();
      step = value == 0 ? 2 : 3;
    }
  }
}
