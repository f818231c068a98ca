package io.vireo.reactor;

import io.vireo.linux.Epoll;
import io.vireo.linux.EventFd;
import java.util.concurrent.TimeUnit;

/**
 * Waits with epoll(7), edge-triggered: no descriptor is ever read, so a wake-up costs one system
 * call, and a kick descriptor shared with other processes is left alone.
 */
final class EpollWaiter implements Waiter {
  private static final long NS_PER_MS = TimeUnit.MILLISECONDS.toNanos(1);

  private final EventFd wakeUp;
  private final Epoll epoll;

  private EpollWaiter(EventFd wakeUp, Epoll epoll) {
    this.wakeUp = wakeUp;
    this.epoll = epoll;
  }

  static EpollWaiter create() {
    EventFd wakeUp = EventFd.create();
    EpollWaiter waiter;
    try {
      waiter = new EpollWaiter(wakeUp, Epoll.create());
    } catch (Throwable t) {
      wakeUp.close();
      throw t;
    }
    try {
      waiter.watch(wakeUp.fd());
    } catch (Throwable t) {
      waiter.close();
      throw t;
    }
    return waiter;
  }

  @Override
  public void watch(int fd) {
    epoll.add(fd, Epoll.EPOLLIN | Epoll.EPOLLET, fd);
  }

  @Override
  public void unwatch(int fd) {
    epoll.remove(fd);
  }

  /** Rounds the time up to milliseconds: a timer that ends a sleep may be that late. */
  @Override
  public int await(long timeoutNs) {
    return epoll.await(toMillis(timeoutNs));
  }

  @Override
  public int fired(int i) {
    return (int) epoll.token(i);
  }

  @Override
  public void wake() {
    wakeUp.signal();
  }

  @Override
  public void close() {
    epoll.close();
    wakeUp.close();
  }

  static int toMillis(long ns) {
    if (ns == Long.MAX_VALUE) {
      return -1;
    }
    return (int) Math.min(Integer.MAX_VALUE, ns / NS_PER_MS + (ns % NS_PER_MS == 0 ? 0 : 1));
  }
}
