package dev.skerry.data;

/**
 * Rows of one stream, by column; what the bus carries. A row is what one device told at one instant. Not changed after
 * it was published: subscribers may keep it. {@link BatchBuilder} makes one.
 *
 * <p>A field that the row does not tell about is absent; one that could not be read is present with quality
 * {@link Quality#BAD}.
 */
public interface Batch {

    StreamSchema schema();

    /** Rows; at least one. */
    int size();

    /** The name of the device that told the row. */
    String device(int row);

    /** When the device or its driver took the values, microseconds since the epoch. */
    long time(int row);

    /** Whether the row tells about the field at all. */
    boolean has(int row, int field);

    /** The quality of a value that is present. */
    Quality quality(int row, int field);

    /** A FLOAT's value; also an INTEGER's, widened. Undefined if absent or bad. */
    double asDouble(int row, int field);

    /** An INTEGER's value; a BOOLEAN's as 0 or 1. Undefined if absent or bad. */
    long asLong(int row, int field);

    /** A STRING's value. Undefined if absent or bad. */
    String asString(int row, int field);

    /** The sequence number of the value within its series at this site, or 0 before the log has numbered it. */
    long sequence(int row, int field);
}
