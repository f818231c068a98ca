package io.vireo.bdev.module;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/** A parameter that may be absent. */
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.RECORD_COMPONENT)
public @interface Optional {
  /** The default as JSON text; empty means null, or zero for a primitive. */
  String value() default "";

  /** The least value of a number; the default may be less. */
  long min() default 0;
}
