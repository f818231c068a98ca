/** What a virtio device model and its queues look like to the transport. */
package io.vireo.virtio;
