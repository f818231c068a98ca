package io.vireo.daemon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class StandardOutputTest {
  /** Takes what is written before it is full. */
  private static final class Full extends OutputStream {
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private final int room;
    private final String reason;

    Full(int room, String reason) {
      this.room = room;
      this.reason = reason;
    }

    @Override
    public void write(int b) throws IOException {
      if (taken.size() == room) {
        throw new IOException(reason);
      }
      taken.write(b);
    }
  }

  @Test
  void a_line_is_there_at_once_and_the_rest_at_the_end() throws IOException {
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    StandardOutput out = new StandardOutput(stream, StandardCharsets.UTF_8);
    out.writer().println("Gr\u00f6\u00dfe");
    assertThat(stream.toString(StandardCharsets.UTF_8)).isEqualTo("Gr\u00f6\u00dfe\n");
    out.writer().print("rest");
    out.finish();
    assertThat(stream.toString(StandardCharsets.UTF_8)).isEqualTo("Gr\u00f6\u00dfe\nrest");
  }

  @Test
  void what_could_not_be_written_is_told_though_more_was_written_after_it() {
    Full full = new Full(6, "No space left on device");
    StandardOutput out = new StandardOutput(full, StandardCharsets.UTF_8);
    out.writer().println("first");
    out.writer().println("second");
    out.writer().println("third");
    assertThat(full.taken).hasToString("first\n");
    assertThatIOException()
        .isThrownBy(out::finish)
        .withMessage("standard output cannot be written: No space left on device");
  }

  @Test
  void what_cannot_be_written_at_the_end_is_told_as_well() {
    StandardOutput out =
        new StandardOutput(new Full(0, "Input/output error"), StandardCharsets.UTF_8);
    out.writer().print("no line");
    assertThatIOException()
        .isThrownBy(out::finish)
        .withMessage("standard output cannot be written: Input/output error");
  }

  @Test
  void a_reader_who_has_read_enough_is_no_failure() throws IOException {
    StandardOutput out = new StandardOutput(new Full(0, "Broken pipe"), StandardCharsets.UTF_8);
    out.writer().println("more");
    out.finish();
  }
}
