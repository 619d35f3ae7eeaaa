package dev.skerry.devices.spi;

/** A value as the device holds it, before scale and offset. */
public sealed interface RawValue {

    /** A floating-point number. */
    record Real(double value) implements RawValue {}

    /** A whole number. */
    record Whole(long value) implements RawValue {}

    /** A single bit. */
    record Bit(boolean value) implements RawValue {}

    /** Text. */
    record Text(String value) implements RawValue {}

    /** The device answered, but not with this point's value. */
    record Unreadable(String why) implements RawValue {}
}
