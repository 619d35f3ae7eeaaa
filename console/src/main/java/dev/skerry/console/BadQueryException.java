package dev.skerry.console;

/** A query parameter that cannot be used. */
final class BadQueryException extends Exception {
    private static final long serialVersionUID = 1;

    BadQueryException(String parameter, String value, String expected) {
        super(parameter + ": " + value + " (expected: " + expected + ")");
    }
}
