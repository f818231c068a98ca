package io.vireo.daemon.top;

import java.util.List;

/** A table's head and its rows. */
record Section(Line head, List<Line> rows) {}
