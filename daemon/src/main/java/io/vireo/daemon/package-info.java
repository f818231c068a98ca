/** The program: command line and JSON-RPC over the library. */
package io.vireo.daemon;
