package dev.skerry.streams;

/** A rule that cannot run as it is written. The message says where, what was found, and what is possible. */
public final class SqlException extends RuntimeException {
    private static final long serialVersionUID = 1;

    SqlException(String message) {
        super(message);
    }

    /** Line counts from 1, column from 1, as editors do. */
    SqlException(int line, int column, String message) {
        super("sql " + line + ":" + column + ": " + message);
    }
}
