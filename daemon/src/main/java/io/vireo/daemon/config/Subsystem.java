package io.vireo.daemon.config;

import io.vireo.bdev.module.ConfigEntry;
import java.util.List;
import java.util.function.Supplier;

/**
 * One part of a configuration, by the field's name for it.
 *
 * @param dependsOn the subsystems whose calls come before
 * @param entries the calls that would bring back what it has now, in order; any control thread
 */
public record Subsystem(String name, List<String> dependsOn, Supplier<List<ConfigEntry>> entries) {}
