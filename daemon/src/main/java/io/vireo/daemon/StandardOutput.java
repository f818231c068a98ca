package io.vireo.daemon;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.ByteBuffer;
import java.nio.channels.Pipe;
import java.nio.charset.Charset;

/**
 * Standard output. A writer keeps to itself what it could not write; this one tells it at the end,
 * for what an operator believes to have saved may be a file on a full disk. One thread.
 */
final class StandardOutput {
  private final Watched stream;
  private final PrintWriter writer;

  StandardOutput() {
    this(
        new FileOutputStream(FileDescriptor.out),
        Charset.forName(System.getProperty("stdout.encoding", "UTF-8")));
  }

  StandardOutput(OutputStream out, Charset charset) {
    stream = new Watched(new BufferedOutputStream(out));
    writer = new PrintWriter(stream, true, charset);
  }

  /** Each line is written at once. */
  PrintWriter writer() {
    return writer;
  }

  /**
   * Writes what is left.
   *
   * @throws IOException with one sentence when something could not be written; not when the reader
   *     of a pipe has read enough
   */
  void finish() throws IOException {
    writer.flush();
    IOException failure = stream.failure;
    if (failure != null && !failure.getMessage().equals(readerIsGone())) {
      throw new IOException("standard output cannot be written: " + failure.getMessage(), failure);
    }
  }

  /** EPIPE as the JVM tells it: in the language of whoever started it. */
  private static String readerIsGone() throws IOException {
    Pipe pipe = Pipe.open();
    pipe.source().close();
    try (Pipe.SinkChannel sink = pipe.sink()) {
      sink.write(ByteBuffer.allocate(1));
      return "";
    } catch (IOException e) {
      return e.getMessage();
    }
  }

  /** Knows the first failure. */
  private static final class Watched extends FilterOutputStream {
    private IOException failure;

    Watched(OutputStream out) {
      super(out);
    }

    @Override
    public void write(int b) throws IOException {
      attempt(() -> out.write(b));
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      attempt(() -> out.write(bytes, offset, length));
    }

    @Override
    public void flush() throws IOException {
      attempt(out::flush);
    }

    private void attempt(Attempt attempt) throws IOException {
      try {
        attempt.run();
      } catch (IOException e) {
        failure = failure == null ? e : failure;
        throw e;
      }
    }
  }

  private interface Attempt {
    void run() throws IOException;
  }
}
