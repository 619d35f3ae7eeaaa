package dev.skerry.streams;

import dev.skerry.data.ValueType;

/** The type of an expression. NULL is the type of the literal; ANY is known only when the row is there. */
enum Type {
    FLOAT,
    INTEGER,
    BOOLEAN,
    STRING,
    NULL,
    ANY;

    static Type of(ValueType type) {
        return switch (type) {
            case FLOAT -> FLOAT;
            case INTEGER -> INTEGER;
            case BOOLEAN -> BOOLEAN;
            case STRING -> STRING;
        };
    }

    boolean numeric() {
        return this == FLOAT || this == INTEGER;
    }

    /** As users write it in a DeviceModel. */
    String word() {
        return switch (this) {
            case FLOAT -> "float";
            case INTEGER -> "integer";
            case BOOLEAN -> "boolean";
            case STRING -> "string";
            case NULL -> "null";
            case ANY -> "any";
        };
    }
}
