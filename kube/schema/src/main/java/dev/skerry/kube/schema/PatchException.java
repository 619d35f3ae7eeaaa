package dev.skerry.kube.schema;

/** A patch that cannot be applied to the object it was sent for. */
public final class PatchException extends Exception {
    private static final long serialVersionUID = 1L;

    PatchException(String message) {
        super(message);
    }
}
