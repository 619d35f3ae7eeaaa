package dev.skerry.devices.engine;

/** A value that a property does not take. The message is {@code value (expected: what is accepted)}. */
final class InvalidValueException extends Exception {

    private static final long serialVersionUID = 1L;

    InvalidValueException(Object value, String expected) {
        super(shorten(String.valueOf(value)) + " (expected: " + expected + ")");
    }

    private static String shorten(String value) {
        return value.length() <= 60 ? value : value.substring(0, 60) + "...";
    }
}
