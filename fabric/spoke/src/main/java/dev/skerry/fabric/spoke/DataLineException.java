package dev.skerry.fabric.spoke;

/** The line to the parent ended, or the parent said something that makes no sense; a new line may do better. */
final class DataLineException extends Exception {

    private static final long serialVersionUID = 1;

    private final boolean refusal;

    private DataLineException(String message, boolean refusal) {
        super(message);
        this.refusal = refusal;
    }

    static DataLineException ended(String message) {
        return new DataLineException(message, false);
    }

    /** The parent cannot read what it was sent, and will not when it is sent again. */
    static DataLineException refused(String message) {
        return new DataLineException(message, true);
    }

    boolean refusal() {
        return refusal;
    }
}
