package dev.skerry.kube.node;

/** A container cannot be started now; the reason is one of the kubelet's words, such as {@code CreateContainerConfigError}. */
final class NotStartedException extends Exception {

    private static final long serialVersionUID = 1;

    private final String reason;

    NotStartedException(String reason, String message) {
        super(message);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    String text() {
        return getMessage() == null ? reason : getMessage();
    }
}
