package io.vireo.daemon.pci;

/** Loads modules of the kernel. */
public interface Modules {
  /** Tries to load one; answers what was said when that failed, in one line; else nothing. */
  String load(String name);

  /** By the program that knows where they are and what they need: modprobe(8). */
  static Modules modprobe() {
    return new Modprobe();
  }
}
