package dev.skerry.fabric.link;

/** How far a receiver has come: all of the epoch up to the sequence is committed. An empty epoch: nothing yet. */
public record LogPosition(String epoch, long sequence) {
    public static final LogPosition NONE = new LogPosition("", 0);
}
