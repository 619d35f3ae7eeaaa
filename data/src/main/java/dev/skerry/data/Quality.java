package dev.skerry.data;

/** How far a reading can be trusted, after OPC UA part 8: good, uncertain, bad. A bad reading has no value. */
public enum Quality {
    GOOD,
    UNCERTAIN,
    BAD
}
