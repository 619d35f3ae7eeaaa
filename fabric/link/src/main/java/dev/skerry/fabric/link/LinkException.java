package dev.skerry.fabric.link;

/** The session must end; the message is told to the other end. */
public final class LinkException extends Exception {

    private static final long serialVersionUID = 1;

    public LinkException(String message) {
        super(message);
    }
}
