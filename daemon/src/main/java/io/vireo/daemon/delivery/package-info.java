/**
 * What the build makes of the program's command line and of its libraries to deliver beside it: man
 * pages, completion for bash, licences. It runs at the end of a build and is in no jar.
 *
 * <p>The pages are written in the macros of man(7), from the model that the command line is
 * understood by: what {@code --help} tells and what the page tells cannot differ.
 */
package io.vireo.daemon.delivery;
