package dev.skerry.kube.cel;

/** An expression that ended in an error; the message is upstream's, such as {@code no such key: x}. */
public final class CelRunException extends Exception {
    private static final long serialVersionUID = 1L;
    private static final String CANCELLED = "operation cancelled: actual cost limit exceeded";

    CelRunException(String message) {
        super(message);
    }

    static CelRunException tooCostly() {
        return new CelRunException(CANCELLED);
    }

    public String text() {
        return String.valueOf(getMessage());
    }

    /** Whether the expression went beyond what one call may cost. */
    public boolean costExceeded() {
        return text().startsWith(CANCELLED);
    }

    /** Whether a call met values for which there is no function. */
    public boolean noOverload() {
        return text().startsWith("no such overload");
    }
}
