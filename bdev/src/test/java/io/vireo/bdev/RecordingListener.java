package io.vireo.bdev;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers what it was told. */
public final class RecordingListener implements BdevListener {
  private final List<String> events = new CopyOnWriteArrayList<>();

  @Override
  public void removed(Bdev bdev) {
    events.add("removed " + bdev.name());
  }

  @Override
  public void resized(Bdev bdev) {
    events.add("resized " + bdev.name() + " to " + bdev.blocks());
  }

  public List<String> events() {
    return events;
  }
}
