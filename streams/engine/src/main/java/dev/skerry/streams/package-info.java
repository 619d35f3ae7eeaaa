/** Rules in SQL over the bus. */
@NullMarked
package dev.skerry.streams;

import org.jspecify.annotations.NullMarked;
