package io.vireo.bdev.nvme;

import io.vireo.nvme.model.ModelFormat;
import io.vireo.nvme.model.ModelOptions;

/** The contract, on a namespace whose blocks have protection information. */
class ProtectedNvmeContractTest extends NvmeContractTest {
  @Override
  ModelOptions model() {
    return ModelOptions.DEFAULT.withFormat(ModelFormat.metadata(8, true, 1));
  }
}
