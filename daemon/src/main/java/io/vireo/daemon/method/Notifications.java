package io.vireo.daemon.method;

import io.vireo.bdev.BdevEvents;
import io.vireo.bdev.module.Method;
import io.vireo.bdev.module.NoParameters;
import io.vireo.bdev.module.Optional;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What happened to bdevs, for clients that ask now and then: the last 1024 events. Any thread. */
public final class Notifications implements BdevEvents {
  /** As many as the field keeps. */
  private static final int MAX_EVENTS = 1024;

  private static final String REGISTER = "bdev_register";
  private static final String UNREGISTER = "bdev_unregister";

  private final ArrayDeque<Event> events = new ArrayDeque<>(); // guarded by this
  private long nextId; // guarded by this

  private record Event(String type, String ctx, long id) {
    Map<String, Object> shown() {
      Map<String, Object> map = new LinkedHashMap<>();
      map.put("type", type);
      map.put("ctx", ctx);
      map.put("id", id);
      return map;
    }
  }

  @Override
  public void registered(String name) {
    add(REGISTER, name);
  }

  @Override
  public void unregistered(String name) {
    add(UNREGISTER, name);
  }

  private synchronized void add(String type, String context) {
    if (events.size() == MAX_EVENTS) {
      events.removeFirst();
    }
    events.addLast(new Event(type, context, nextId++));
  }

  /**
   * @param id the first event; the oldest there is when that is younger
   * @param max how many; 0: all
   */
  record Get(@Optional long id, @Optional long max) {}

  public List<Method<?>> methods() {
    return List.of(
        new Method<>("notify_get_types", NoParameters.class, p -> List.of(REGISTER, UNREGISTER)),
        new Method<>("notify_get_notifications", Get.class, this::get));
  }

  private synchronized List<Map<String, Object>> get(Get p) {
    return events.stream()
        .filter(event -> event.id >= p.id)
        .limit(p.max == 0 ? MAX_EVENTS : p.max)
        .map(Event::shown)
        .toList();
  }
}
