/** Serves the console and what it asks. */
@NullMarked
package dev.skerry.console;

import org.jspecify.annotations.NullMarked;
