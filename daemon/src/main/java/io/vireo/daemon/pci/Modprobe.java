package io.vireo.daemon.pci;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Runs modprobe(8), which lies where only root has a path to. */
final class Modprobe implements Modules {
  private static final String COMMAND = "PATH=$PATH:/usr/sbin:/sbin; exec modprobe -- \"$1\"";
  private static final long PATIENCE_SECONDS = 30;

  @Override
  public String load(String name) {
    try {
      Process process =
          new ProcessBuilder("/bin/sh", "-c", COMMAND, "sh", name)
              .redirectErrorStream(true)
              .start();
      process.getOutputStream().close();
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "it takes longer than " + PATIENCE_SECONDS + " s";
      }
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      return process.exitValue() == 0 ? "" : said.strip().replace('\n', ' ');
    } catch (IOException e) {
      return e.getMessage();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }
}
