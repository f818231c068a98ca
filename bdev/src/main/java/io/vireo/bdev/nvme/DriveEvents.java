package io.vireo.bdev.nvme;

import io.vireo.nvme.ControllerEvents;
import io.vireo.nvme.NamespaceChanges;
import io.vireo.nvme.spec.ErrorLogEntry;
import io.vireo.nvme.spec.SmartLog;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a controller tells unasked: its disks change, and operators want to know of trouble. */
final class DriveEvents implements ControllerEvents.Listener {
  private static final Logger log = LoggerFactory.getLogger(DriveEvents.class);

  private final NvmeDrive drive;

  DriveEvents(NvmeDrive drive) {
    this.drive = drive;
  }

  @Override
  public void namespacesChanged(NamespaceChanges changes) {
    drive.changed(changes);
  }

  @Override
  public void health(SmartLog health) {
    drive.history().health(health);
    if (!health.warnings().isEmpty()) {
      log.warn("{} at {}: {}", drive.name(), drive.address(), health.warnings());
    }
  }

  @Override
  public void errors(List<ErrorLogEntry> newest) {
    newest.forEach(error -> log.warn("{} at {}: {}", drive.name(), drive.address(), error));
  }
}
