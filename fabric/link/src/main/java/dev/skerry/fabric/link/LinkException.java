package dev.skerry.fabric.link;

/** The other end said something that cannot be; the message tells what, and what was expected. It ends the connection. */
public final class LinkException extends Exception {
    private static final long serialVersionUID = 1;

    public LinkException(String message) {
        super(message);
    }
}
