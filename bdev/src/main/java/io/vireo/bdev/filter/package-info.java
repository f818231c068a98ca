/**
 * What is common to bdevs that stand on others: they have no medium, and do something with the
 * requests that go through them.
 *
 * <p>A {@link io.vireo.bdev.filter.BaseBdev} is the bdev below, opened and claimed; when it goes it
 * takes the {@link io.vireo.bdev.filter.FilterBdev}s with it. Each {@link
 * io.vireo.bdev.filter.FilterChannel} has a channel to the base for itself, so that a reset or a
 * full queue of one user is no other user's, and passes requests on with the very same buffers; the
 * requests below are made when they are first needed and used again. Control threads, but for what
 * says otherwise.
 *
 * <p>To write such a module, read {@code io.vireo.bdev.passthru} first: it does nothing else.
 */
package io.vireo.bdev.filter;
