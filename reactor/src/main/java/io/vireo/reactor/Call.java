package io.vireo.reactor;

import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;

/** A message whose sender waits for its result. */
final class Call<T> implements Runnable {
  private final Supplier<T> work;
  private final CountDownLatch done = new CountDownLatch(1);
  private T result;
  private Throwable failure;

  Call(Supplier<T> work) {
    this.work = work;
  }

  @Override
  public void run() {
    try {
      result = work.get();
    } catch (InternalError e) {
      failure = e;
      // Also the reactor's affair: it need not be this work that touched lost memory.
      throw e;
    } catch (Throwable t) {
      failure = t;
    } finally {
      done.countDown();
    }
  }

  /** Waits; throws what the work threw. */
  T await() {
    Uninterrupted.run(done::await);
    if (failure != null) {
      throw Call.<RuntimeException>asUnchecked(failure);
    }
    return result;
  }

  /** A supplier can throw unchecked exceptions and errors, and by trickery anything else. */
  @SuppressWarnings({"unchecked", "TypeParameterUnusedInFormals"})
  private static <E extends Throwable> E asUnchecked(Throwable t) throws E {
    throw (E) t;
  }
}
