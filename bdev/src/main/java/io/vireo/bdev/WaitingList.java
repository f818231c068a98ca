package io.vireo.bdev;

/**
 * Reactor thread only. What waits, first come, first served. Links the entries themselves, so it
 * allocates nothing; an entry is in one list at most.
 */
public final class WaitingList<E extends WaitingList.Entry<E>> {
  /** What can wait. */
  public abstract static class Entry<E extends Entry<E>> {
    private E next;
  }

  private E first;
  private E last;
  private int size;

  public boolean isEmpty() {
    return first == null;
  }

  public int size() {
    return size;
  }

  /** The oldest; null when there is none. */
  public E first() {
    return first;
  }

  /** The youngest; something else, or null, when there is none. */
  public E last() {
    return last;
  }

  public void add(E entry) {
    Entry<E> before = last; // the link is the base class's own
    if (first == null) {
      first = entry;
    } else {
      before.next = entry;
    }
    last = entry;
    size++;
  }

  /** Takes the oldest out, of a list that is not empty. */
  public E take() {
    E taken = first;
    Entry<E> link = taken;
    first = link.next;
    link.next = null;
    size--;
    return taken;
  }
}
