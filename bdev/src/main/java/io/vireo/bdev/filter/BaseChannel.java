package io.vireo.bdev.filter;

import io.vireo.bdev.BdevChannel;
import io.vireo.bdev.BdevDescriptor;

/**
 * One filter channel's way to the base.
 *
 * @param descriptor of this channel only; closed on a control thread
 * @param channel of the base; reactor thread only
 */
public record BaseChannel(BdevDescriptor descriptor, BdevChannel channel) {}
