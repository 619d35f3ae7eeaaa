/** main(), configuration, wiring, the command line. */
@NullMarked
package dev.skerry.program;

import org.jspecify.annotations.NullMarked;
