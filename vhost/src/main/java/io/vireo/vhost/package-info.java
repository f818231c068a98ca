/** The vhost-user back-end: server, controllers, sessions. */
package io.vireo.vhost;
