package dev.skerry.devices.engine;

/**
 * How a line is.
 *
 * @param message why it is so; empty if all is well
 * @param good points whose newest reading has a value
 * @param bad points that could not be read
 */
record LineState(Kind kind, String message, int good, int bad) {

    enum Kind {
        /** Not known yet. */
        CONNECTING,
        ONLINE,
        /** The device answers, but not for all points. */
        DEGRADED,
        LOST
    }

    /** Is told each change of a line, on the line's thread, outside its locks. */
    interface Listener {
        void changed(LineState old, LineState now);
    }
}
