/** The language of rules and its engine. */
@NullMarked
package dev.skerry.streams.sql;

import org.jspecify.annotations.NullMarked;
