package dev.skerry.kube.cel;

/** A function that could not answer; the text is what upstream says. */
final class CelFault extends RuntimeException {
    private static final long serialVersionUID = 1L;

    CelFault(String text) {
        super(text);
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
