/** main(), configuration, wiring, the command line. */
@NullMarked
package dev.skerry.main;

import org.jspecify.annotations.NullMarked;
