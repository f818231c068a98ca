/**
 * A controller in plain memory, for tests: the driver's other side.
 *
 * <p>Registers, doorbells and queues are memory that the driver writes and {@link
 * io.vireo.nvme.model.ControllerModel} looks at when it is stepped, by the test or by a thread of
 * its own. Offsets and rules are written down here once more, from the specification (Base 2.0, NVM
 * 1.0), so that a mistake in the driver's constants does not cancel itself out.
 */
package io.vireo.nvme.model;
