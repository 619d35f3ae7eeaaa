package dev.skerry.streams.functions;

/** A call's values do not fit. Costs little: it carries no stack trace, since it is about the row and not about the program. */
public final class FunctionException extends RuntimeException {

    private static final long serialVersionUID = 1;

    /** With the sentence that the rule's author shall read. */
    public FunctionException(String message) {
        super(message, null, false, false);
    }
}
