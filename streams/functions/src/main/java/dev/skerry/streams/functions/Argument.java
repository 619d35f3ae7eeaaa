package dev.skerry.streams.functions;

import org.jspecify.annotations.Nullable;

/**
 * An argument as it is written in the statement.
 *
 * @param shape what it looks like
 * @param value the value of a literal, the name of a column or of metadata; null for everything else
 */
public record Argument(Shape shape, @Nullable Object value) {

    /** What can be told of an argument from its text alone. */
    public enum Shape {
        /** An integer literal. */
        INTEGER,
        /** A number literal with a fraction or an exponent. */
        FLOAT,
        STRING,
        /** A literal, or an expression that is a comparison, a test or a logical one. */
        BOOLEAN,
        /** A unit of time, such as {@code ss}. */
        TIME,
        /** A column. */
        FIELD,
        /** Metadata of the message; also a path into it. */
        META,
        OTHER
    }

    /** An argument about which nothing is known. */
    public static final Argument ANY = new Argument(Shape.OTHER, null);

    boolean is(Shape... shapes) {
        for (var one : shapes) {
            if (one == shape) {
                return true;
            }
        }
        return false;
    }
}
