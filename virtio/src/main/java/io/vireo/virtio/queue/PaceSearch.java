package io.vireo.virtio.queue;

/**
 * Reactor thread only. Finds by trial how long the pauses of a {@link PollPacer} are best.
 *
 * <p>A trial compares the level in use with the next longer or shorter one, in turns of {@value
 * #WINDOW} requests each: such turns last 50 us to a few ms and lie side by side, so whatever else
 * changes meets both. A level replaces the other when it was faster in nearly all pairs of turns. A
 * trial without success is followed by a rest that doubles each time, so that the search costs
 * nothing under a steady load and yet follows another one within half a second.
 *
 * <p>A driver that pauses, or whose disk is slow, is not searched for: a pair of turns with a gap
 * in it begins anew.
 */
final class PaceSearch {
  /** What {@link #factor} is in the middle. */
  static final int WHOLE = 4;

  private static final int[] FACTORS = {0, 1, 2, WHOLE, 8, 16};
  private static final int FIRST_LEVEL = 2;

  static final int WINDOW = 512;
  private static final long LONGEST_GAP_NS = 50_000;

  /** Of so many pairs of turns all but one must have been won: by chance that is 1 in 28. */
  private static final int PAIRS = 8;

  private static final int WINS = PAIRS - 1;

  /** To win, a turn must be faster by a 64th: a shorter pause for nothing costs the guest. */
  private static final int MARGIN_SHIFT = 6;

  static final long FIRST_REST_NS = 4_000_000;
  static final long LONGEST_REST_NS = 500_000_000;

  private int level = FIRST_LEVEL;
  private int step = 1;
  private long restNs = FIRST_REST_NS;
  private boolean resting;
  private long restUntilNs;

  // Of the trial.
  private boolean candidate; // whose turn it is
  private int turns;
  private int wins;
  private long currentNs; // what the last turn of each took for WINDOW requests
  private long candidateNs;

  // Of the turn.
  private long fromNs;
  private long lastNs;
  private int requests;

  /** How long pauses are now, in parts of {@link #WHOLE}. */
  int factor() {
    return FACTORS[candidate ? level + step : level];
  }

  /** {@code count} requests were taken in the lap that began at {@code nowNs}. */
  void took(int count, long nowNs) {
    requests += count;
    long gapNs = nowNs - lastNs;
    lastNs = nowNs;
    if (gapNs > LONGEST_GAP_NS || gapNs < 0) {
      beginPair(nowNs);
    } else if (requests >= WINDOW) {
      endTurn(nowNs);
    }
  }

  /** Without what the pair had so far; were it to last, the level that is only tried would, too. */
  private void beginPair(long nowNs) {
    turns &= -2;
    candidate = false;
    beginTurn(nowNs);
  }

  private void beginTurn(long nowNs) {
    fromNs = nowNs;
    requests = 0;
  }

  private void endTurn(long nowNs) {
    if (!resting) {
      judge((nowNs - fromNs) * WINDOW / requests, nowNs);
    } else if (nowNs - restUntilNs >= 0) {
      beginTrial();
    }
    beginTurn(nowNs);
  }

  /** The one whose turn ends a pair begins the next, so that a drift favours neither. */
  private void judge(long turnNs, long nowNs) {
    if (candidate) {
      candidateNs = turnNs;
    } else {
      currentNs = turnNs;
    }
    turns++;
    if (turns % 2 == 0) {
      endPair(nowNs);
    } else {
      candidate = !candidate;
    }
  }

  private void endPair(long nowNs) {
    if (candidateNs < currentNs - (currentNs >> MARGIN_SHIFT)) {
      wins++;
    }
    int pairs = turns / 2;
    if (pairs - wins > PAIRS - WINS) {
      lost(nowNs);
    } else if (pairs == PAIRS) {
      won();
    }
  }

  /** On in the same direction. */
  private void won() {
    level += step;
    restNs = FIRST_REST_NS;
    turnAtTheEnd();
    beginTrial();
  }

  private void lost(long nowNs) {
    candidate = false;
    step = -step;
    turnAtTheEnd();
    resting = true;
    restUntilNs = nowNs + restNs;
    restNs = Math.min(2 * restNs, LONGEST_REST_NS);
  }

  private void turnAtTheEnd() {
    if (level + step < 0 || level + step == FACTORS.length) {
      step = -step;
    }
  }

  private void beginTrial() {
    resting = false;
    candidate = false;
    turns = 0;
    wins = 0;
  }
}
