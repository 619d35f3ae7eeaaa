package dev.skerry.data;

/** One property of a stream. {@code unit} is a UCUM code or empty. */
public record Field(String name, ValueType type, String unit) {}
