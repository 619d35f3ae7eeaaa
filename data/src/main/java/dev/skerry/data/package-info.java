/** How readings travel inside a site: the bus, the durable log, the way to the parent, and what the parent keeps. */
@NullMarked
package dev.skerry.data;

import org.jspecify.annotations.NullMarked;
