package dev.skerry.streams.sql;

/** Where something stands in the text; both count from 1. */
record Place(int line, int column) {

    static final Place UNKNOWN = new Place(1, 1);
}
