package io.vireo.bdev.module;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * On a record of parameters: what else a request has is left out with a warning, not refused. For
 * the methods of the field that do so; tools of other versions send them more.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface Relaxed {}
