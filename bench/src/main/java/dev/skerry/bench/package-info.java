/** Benchmarks; they print and judge nothing. {@code ./skerry bench NAME} runs one. */
@NullMarked
package dev.skerry.bench;

import org.jspecify.annotations.NullMarked;
