package dev.skerry.data;

/** The type of a field's values. */
public enum ValueType {
    FLOAT,
    INTEGER,
    BOOLEAN,
    STRING
}
