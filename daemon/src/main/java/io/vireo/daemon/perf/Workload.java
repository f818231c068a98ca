package io.vireo.daemon.perf;

import io.vireo.virtio.blk.BlkFeatures;
import java.util.Arrays;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** What the requests do. Names as in other load generators. */
enum Workload {
  READ(false, 100, 0),
  WRITE(false, 0, 0),
  RANDREAD(true, 100, 0),
  RANDWRITE(true, 0, 0),
  RW(false, 50, 0),
  RANDRW(true, 50, 0),
  VERIFY(true, 50, 0),
  FLUSH(false, 0, BlkFeatures.FLUSH),
  UNMAP(true, 0, BlkFeatures.DISCARD);

  /** Whether the places are random; otherwise one behind the other. */
  final boolean random;

  /** Of a hundred requests, unless told otherwise. */
  final int readPercent;

  /** The feature that a disk must have, 0 for none. */
  final long feature;

  Workload(boolean random, int readPercent, long feature) {
    this.random = random;
    this.readPercent = readPercent;
    this.feature = feature;
  }

  /** Takes a name as it is written on the command line. */
  static final class Converter implements ITypeConverter<Workload> {
    @Override
    public Workload convert(String text) {
      return Arrays.stream(values())
          .filter(workload -> workload.label().equals(text))
          .findFirst()
          .orElseThrow(() -> new TypeConversionException("'" + text + "' is no workload"));
    }
  }

  /** Its name on the command line. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  boolean mixed() {
    return this == RW || this == RANDRW;
  }

  /** Whether it changes the disk. */
  boolean writes(int percent) {
    return this == VERIFY || this == UNMAP || (this != FLUSH && percent < 100);
  }
}
