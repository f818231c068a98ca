package io.vireo.bdev;

/**
 * What the user of an open bdev is told. Called on the control thread that removes or resizes the
 * bdev, without any lock held; the user may close its descriptor from here.
 */
public interface BdevListener {
  /** Not interested. */
  BdevListener NONE =
      new BdevListener() {
        @Override
        public void removed(Bdev bdev) {}

        @Override
        public void resized(Bdev bdev) {}
      };

  /**
   * The bdev is being removed: it opens no more, and requests are refused with {@link
   * IoStatus#NO_DEVICE} from now or very soon on, while those in flight run to their end. The
   * descriptor stays a valid object that nobody has to close in time.
   */
  void removed(Bdev bdev);

  /** {@link Bdev#blocks} has changed. */
  void resized(Bdev bdev);
}
