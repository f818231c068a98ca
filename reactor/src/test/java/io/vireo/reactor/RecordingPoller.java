package io.vireo.reactor;

import java.util.ArrayList;
import java.util.List;

/** Does what the test says and writes down how it was called. */
final class RecordingPoller implements Poller {
  final List<String> calls = new ArrayList<>();
  int polls;
  int work;
  boolean parkable = true;
  boolean ready;
  Runnable inPoll = () -> {};
  Runnable inArm = () -> {};
  Runnable inReady = () -> {};
  Runnable inDisarm = () -> {};
  Throwable failure;

  @Override
  public int poll() {
    polls++;
    inPoll.run();
    int done = work;
    work = 0;
    return done;
  }

  @Override
  public void arm() {
    calls.add("arm");
    inArm.run();
  }

  @Override
  public boolean ready() {
    calls.add("ready");
    inReady.run();
    return ready || work > 0;
  }

  @Override
  public void disarm() {
    calls.add("disarm");
    inDisarm.run();
  }

  @Override
  public boolean parkable() {
    return parkable;
  }

  @Override
  public void failed(Throwable cause) {
    failure = cause;
  }
}
