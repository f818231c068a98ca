/**
 * The buffers of our own that data go through when a device cannot take them where they lie, under
 * the field's name for them: iobuf_set_options sizes them, iobuf_get_stats tells how often they
 * were lent.
 *
 * <p>Each module has pools of its own, made as its devices need them: here is what all of them
 * share, how large the pools are and who has some. Control threads; a reactor only reads sizes when
 * it makes its pool.
 */
package io.vireo.bdev.iobuf;
