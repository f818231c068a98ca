/** Whole-system tests live in this module's test sources. */
package io.vireo.itest;
