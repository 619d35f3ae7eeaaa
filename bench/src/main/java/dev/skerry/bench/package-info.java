/** Benchmarks; they print and judge nothing. */
@NullMarked
package dev.skerry.bench;

import org.jspecify.annotations.NullMarked;
