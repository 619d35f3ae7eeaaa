package dev.skerry.streams.sql;

/** A statement that cannot run as it is written. The message says where, what was found, and what is possible. */
public final class SqlException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int line;
    private final int column;

    SqlException(String message) {
        super(message);
        line = 0;
        column = 0;
    }

    /** Line and column count from 1, as editors do. */
    SqlException(int line, int column, String message) {
        super("sql " + line + ":" + column + ": " + message);
        this.line = line;
        this.column = column;
    }

    SqlException(Place at, String message) {
        this(at.line(), at.column(), message);
    }

    /** The line of the mistake, or 0 if it is about the statement as a whole. */
    public int line() {
        return line;
    }

    /** The column of the mistake, or 0. */
    public int column() {
        return column;
    }
}
