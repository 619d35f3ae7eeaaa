package dev.skerry.devices.engine;

import dev.skerry.data.Quality;
import dev.skerry.data.ValueType;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * The newest reading of one point.
 *
 * @param unit a UCUM code or empty
 * @param value a Double, Long, Boolean or String, as {@code type} says; null if the quality is BAD
 * @param time when it was taken
 */
public record PointValue(String property, String unit, ValueType type, @Nullable Object value, Quality quality, Instant time) {}
