package io.vireo.daemon.top;

import io.vireo.linux.Terminal;
import java.util.List;

/** The table on a terminal, until somebody types q. One thread, but for what ends it. */
final class Live {
  /** How late a new size of the terminal, and new rates, may be shown. */
  private static final int LOOK_MILLIS = 100;

  private final Screen screen;
  private final Feed feed;
  private final View view;
  private final Histograms histograms;
  private final Key.Decoder decoder = new Key.Decoder();
  private Feed.News shown;
  private Terminal.Size size;

  Live(Screen screen, Feed feed, View view, Histograms histograms) {
    this.screen = screen;
    this.feed = feed;
    this.view = view;
    this.histograms = histograms;
  }

  /** Returns when the user ends it, or the terminal is gone. */
  void run() throws InterruptedException {
    byte[] typed = new byte[64];
    shown = feed.news();
    draw();
    while (true) {
      int count = screen.read(typed, LOOK_MILLIS);
      if (count < 0 || !act(decoder.keys(typed, count))) {
        return;
      }
      Feed.News news = view.paused() ? shown : feed.news();
      if (count > 0 || !news.equals(shown) || !screen.size().equals(size)) {
        shown = news;
        draw();
      }
    }
  }

  /** False at the end. */
  private boolean act(List<Key> keys) {
    for (Key key : keys) {
      if (key.name() == Key.Name.CHARACTER && key.character() == 'q') {
        return false;
      }
      if (key.name() == Key.Name.STOP) {
        screen.leave();
        Terminal.stopProcess();
      }
      view.key(key);
    }
    if (!keys.isEmpty()) {
      histograms.wanted(view.histograms());
      feed.interval(view.intervalSeconds());
    }
    return true;
  }

  private void draw() {
    size = screen.size();
    screen.draw(view.lines(shown.rates(), shown.trouble(), size));
  }
}
