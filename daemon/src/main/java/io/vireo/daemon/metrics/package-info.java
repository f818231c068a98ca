/**
 * What a target counts, for Prometheus, over HTTP on a port of its own (docs/metrics.md).
 *
 * <p>Each {@link io.vireo.daemon.metrics.Source} declares its metrics and puts their figures; bdev
 * modules do that themselves. {@link io.vireo.daemon.metrics.Catalogue} has them all, {@link
 * io.vireo.daemon.metrics.MetricsServer} serves them in the formats of Prometheus' own library.
 * Control threads only: what reactors count is read, and never changed; a reactor is asked for
 * nothing but what is in flight.
 */
package io.vireo.daemon.metrics;
