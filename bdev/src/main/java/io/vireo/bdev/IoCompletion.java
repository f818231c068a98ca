package io.vireo.bdev;

/** Whoever owns requests and is told when a pending one has ended. */
@FunctionalInterface
public interface IoCompletion {
  /**
   * A request for which submit answered {@link IoStatus#PENDING} has ended with a final status. It
   * is the owner's again and may be submitted anew from here. Reactor thread only; hot.
   */
  void complete(BdevIo io, int status);
}
