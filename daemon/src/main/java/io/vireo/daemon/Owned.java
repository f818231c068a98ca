package io.vireo.daemon;

import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What has been made, to be closed in the reverse order, each whatever the others do. One thread.
 */
final class Owned implements Closeable {
  private final Deque<Closeable> made = new ArrayDeque<>();

  /** Answers {@code resource}, which {@code closing} will close. */
  <T> T add(T resource, Closeable closing) {
    made.push(closing);
    return resource;
  }

  /** Closes everything, once; failures are thrown together at the end. */
  @Override
  public void close() throws IOException {
    IOException failures = new IOException("not everything could be closed");
    while (!made.isEmpty()) {
      try {
        made.pop().close();
      } catch (IOException | RuntimeException e) {
        failures.addSuppressed(e);
      }
    }
    if (failures.getSuppressed().length > 0) {
      throw failures;
    }
  }
}
