package dev.skerry.streams;

/** A row whose values an expression cannot work with, such as a division by zero. The row is given up, the rule goes on. */
final class EvalException extends RuntimeException {
    private static final long serialVersionUID = 1;

    EvalException(String message) {
        super(message, null, false, false);
    }
}
