package io.vireo.daemon.rpc;

import java.util.AbstractList;
import java.util.List;
import java.util.RandomAccess;
import java.util.function.Function;

/**
 * What an answer tells of many things, one after the other: each item is made when it is written,
 * and forgotten. All items at once, of ten thousand bdevs, would be several times the answer; and
 * clients ask at the same time. The thread that reads it.
 */
public final class Listing<T, R> extends AbstractList<R> implements RandomAccess {
  private final List<T> things;
  private final Function<? super T, ? extends R> teller;

  private Listing(List<T> things, Function<? super T, ? extends R> teller) {
    this.things = things;
    this.teller = teller;
  }

  /**
   * Of these things, which stay those that they are now.
   *
   * @param teller makes the item of one; it may be asked at any time later, and again
   */
  public static <T, R> List<R> of(List<T> things, Function<? super T, ? extends R> teller) {
    return new Listing<>(List.copyOf(things), teller);
  }

  @Override
  public R get(int index) {
    return teller.apply(things.get(index));
  }

  @Override
  public int size() {
    return things.size();
  }
}
