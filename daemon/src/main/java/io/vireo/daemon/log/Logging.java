package io.vireo.daemon.log;

import ch.qos.logback.classic.AsyncAppender;
import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.FileAppender;
import ch.qos.logback.core.OutputStreamAppender;
import ch.qos.logback.core.encoder.Encoder;
import ch.qos.logback.core.encoder.LayoutWrappingEncoder;
import io.vireo.daemon.config.ConfigFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.LoggerFactory;

/** The log of this process. Any thread. */
public final class Logging {
  private static final int QUEUED_LINES = 4096;

  private Logging() {}

  /** Lines go to stderr from now on, and nowhere else. */
  public static void toStderr() {
    LoggerContext context = context();
    context.reset();
    LineLayout layout = new LineLayout();
    layout.setContext(context);
    layout.start();
    LayoutWrappingEncoder<ILoggingEvent> encoder = new LayoutWrappingEncoder<>();
    encoder.setLayout(layout);
    ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
    console.setTarget("System.err");
    context.getLogger(Logger.ROOT_LOGGER_NAME).setLevel(Level.INFO);
    add(context, console, encoder, LogThreshold.PRINTED);
  }

  /**
   * Lines go to a file too, which they are appended to; one that is cut off meanwhile (logrotate's
   * copytruncate) is written on from its new end.
   *
   * @throws IOException with one sentence when it cannot be written
   */
  public static void toFile(Path file) throws IOException {
    try {
      Files.newByteChannel(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND).close();
    } catch (IOException e) {
      throw ConfigFile.failure(file, e);
    }
    JsonEncoder encoder = new JsonEncoder();
    encoder.setWithSequenceNumber(false);
    encoder.setWithNanoseconds(false);
    encoder.setWithContext(false);
    encoder.setWithMDC(false);
    encoder.setWithMarkers(false);
    encoder.setWithKVPList(false);
    encoder.setWithMessage(false);
    encoder.setWithArguments(false);
    encoder.setWithFormattedMessage(true);
    FileAppender<ILoggingEvent> lines = new FileAppender<>();
    lines.setFile(file.toString());
    lines.setAppend(true);
    add(context(), lines, encoder, LogThreshold.WRITTEN);
  }

  private static void add(
      LoggerContext context,
      OutputStreamAppender<ILoggingEvent> appender,
      Encoder<ILoggingEvent> encoder,
      LogThreshold threshold) {
    encoder.setContext(context);
    encoder.start();
    appender.setContext(context);
    appender.setEncoder(encoder);
    appender.addFilter(new LevelFilter(threshold));
    appender.start();

    AsyncAppender async = new AsyncAppender();
    async.setContext(context);
    async.setQueueSize(QUEUED_LINES);
    async.setDiscardingThreshold(0);
    async.setNeverBlock(true);
    async.addAppender(appender);
    async.start();
    context.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(async);
  }

  /** While another thread is setting SLF4J up, under this lock, there is a substitute only. */
  @SuppressWarnings("LockOnNonEnclosingClassLiteral") // it is the one that SLF4J takes for that
  static LoggerContext context() {
    synchronized (LoggerFactory.class) {
      return (LoggerContext) LoggerFactory.getILoggerFactory();
    }
  }

  /** Writes what is queued. */
  public static void stop() {
    context().stop();
  }
}
