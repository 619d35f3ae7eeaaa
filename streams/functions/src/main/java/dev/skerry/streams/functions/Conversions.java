package dev.skerry.streams.functions;

import org.jspecify.annotations.Nullable;

/** Values turned into another kind because the rule asks for it. */
final class Conversions {

    private Conversions() {}

    /** Any number, a text that reads as one, true as 1. */
    static double toFloat(@Nullable Object value) {
        return switch (value) {
            case null -> 0;
            case Boolean v -> v ? 1 : 0;
            case String v -> parse(v);
            default -> Values.number(value);
        };
    }

    private static double parse(String text) {
        try {
            return Double.parseDouble(text);
        } catch (NumberFormatException e) {
            throw Values.cannotConvert(text, "float64");
        }
    }
}
