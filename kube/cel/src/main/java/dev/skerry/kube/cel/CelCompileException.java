package dev.skerry.kube.cel;

/** An expression that does not compile; the message is upstream's list of issues, {@code ERROR: <input>:1:5: ...}. */
public final class CelCompileException extends Exception {
    private static final long serialVersionUID = 1L;

    CelCompileException(String message) {
        super(message);
    }

    public String text() {
        return String.valueOf(getMessage());
    }
}
