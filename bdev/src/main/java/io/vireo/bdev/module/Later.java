package io.vireo.bdev.module;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A parameter of a feature that is not there yet: accepted at its default, that of {@link
 * Optional}, and otherwise refused by name before the handler is called. The default is what the
 * field's targets save where nobody asked for the feature, so that their files are taken.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Later {}
