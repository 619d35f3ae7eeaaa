/**
 * The functions that rules call: eKuiper's, and some more for anomalies, trends, vibration, places and units.
 *
 * <p>Values are plain Java: {@code Long}, {@code Double}, {@code String}, {@code Boolean}, {@code byte[]}, {@code ZonedDateTime}, {@code Duration},
 * {@code List}, {@code Map} with strings as keys, and null. Nothing here knows rows, windows or streams.
 */
@NullMarked
package dev.skerry.streams.functions;

import org.jspecify.annotations.NullMarked;
