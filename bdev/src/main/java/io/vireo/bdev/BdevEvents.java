package io.vireo.bdev;

/**
 * Who wants to know which bdevs come and go. Called in the order in which that happens, with the
 * registry locked: must be quick, and may not ask it anything.
 */
public interface BdevEvents {
  /** Nobody. */
  BdevEvents NONE =
      new BdevEvents() {
        @Override
        public void registered(String name) {}

        @Override
        public void unregistered(String name) {}
      };

  /** A bdev is there. */
  void registered(String name);

  /** It is gone, and its name free. */
  void unregistered(String name);
}
