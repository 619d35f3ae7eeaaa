package dev.skerry.streams.sql;

/** Values that an expression cannot work with. Costs little: it is about the row and not about the program. */
public final class EvalException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EvalException(String message) {
        super(message, null, false, false);
    }

    String text() {
        var message = getMessage();
        return message == null ? "" : message;
    }
}
