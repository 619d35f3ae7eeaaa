package dev.skerry.streams;

/** A rule that the clock moves on. */
interface Ticking extends RuleHandle {

    void tick();

    /** Puts what it remembers on disk, if that has changed. */
    void checkpoint();
}
