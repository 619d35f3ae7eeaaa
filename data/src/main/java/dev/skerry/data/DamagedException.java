package dev.skerry.data;

/** Bytes that are not what was once written. */
final class DamagedException extends Exception {
    private static final long serialVersionUID = 1;

    DamagedException(String message) {
        super(message);
    }
}
