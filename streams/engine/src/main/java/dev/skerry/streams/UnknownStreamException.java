package dev.skerry.streams;

/** No device model of the name in FROM is there yet. The rule may be tried again when one arrives. */
public final class UnknownStreamException extends RuntimeException {
    private static final long serialVersionUID = 1;

    UnknownStreamException(String stream) {
        super("FROM " + stream + " (expected: the name of a DeviceModel in the rule's namespace, or a topic that a rule feeds)");
    }
}
