package dev.skerry.streams;

/** A rule that the quick way over typed columns cannot run: the general engine takes it. */
final class BeyondException extends RuntimeException {
    private static final long serialVersionUID = 1;

    BeyondException(int line, int column, String what) {
        super("sql " + line + ":" + column + ": " + what, null, false, false);
    }
}
