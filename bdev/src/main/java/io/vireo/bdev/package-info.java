/** The block-device layer: bdevs, their channels, requests, names and claims. */
package io.vireo.bdev;
