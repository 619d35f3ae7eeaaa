package dev.skerry.devices.spi;

/** A device, its line or its address failed. The message is for people and names what was asked. */
public final class DriverException extends Exception {

    private static final long serialVersionUID = 1L;

    private final Kind kind;

    public DriverException(Kind kind, String message) {
        super(message);
        this.kind = kind;
    }

    public DriverException(Kind kind, String message, Throwable cause) {
        super(message, cause);
        this.kind = kind;
    }

    public Kind kind() {
        return kind;
    }

    /** What failed, and so what helps. */
    public enum Kind {
        /** Nobody there. */
        UNREACHABLE(true),
        /** The device answered that it will not. */
        REFUSED(false),
        /** Its certificate, or ours, is not trusted; a person must look. */
        UNTRUSTED(true),
        /** The answer was not of the protocol. */
        GARBAGE(true),
        /** No answer in time. */
        TIMEOUT(true),
        /** The line was closed before the answer was whole. */
        CLOSED(true),
        /** The specification is wrong; no retry helps. */
        BAD_ADDRESS(false);

        private final boolean lineBroken;

        Kind(boolean lineBroken) {
            this.lineBroken = lineBroken;
        }

        /** Whether the connection must be closed and made anew. */
        public boolean lineBroken() {
            return lineBroken;
        }
    }
}
