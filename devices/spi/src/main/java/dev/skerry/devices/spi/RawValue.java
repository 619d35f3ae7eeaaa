package dev.skerry.devices.spi;

import java.math.BigDecimal;

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

    /** The value as a bit that can be written. */
    default boolean bit() throws DriverException {
        return switch (this) {
            case Bit(var bit) -> bit;
            case Whole(var whole) when whole == 0 || whole == 1 -> whole == 1;
            case Real(var real) when real == 0 || real == 1 -> real == 1;
            case Whole _, Real _, Text _, Unreadable _ -> throw unfit("true or false");
        };
    }

    /** The value as a whole number that can be written; scaling leaves fractions such as 439.99999999999994, which are rounded. */
    default long whole(long least, long most) throws DriverException {
        var accepted = least + " to " + most;
        long whole = switch (this) {
            case Whole(var given) -> given;
            case Bit(var bit) -> bit ? 1 : 0;
            // A long holds 63 bits, so nothing beyond is accepted.
            case Real(var real) when Math.abs(real) < 0x1p63 -> Math.round(real);
            case Real _, Text _, Unreadable _ -> throw unfit(accepted);
        };
        if (whole < least || whole > most) {
            throw unfit(accepted);
        }
        return whole;
    }

    /** The value as a number that can be written. */
    default double real() throws DriverException {
        return switch (this) {
            case Real(var real) -> real;
            case Whole(var whole) -> whole;
            case Bit _, Text _, Unreadable _ -> throw unfit("a number");
        };
    }

    /** As people see it. */
    default String shown() {
        return switch (this) {
            case Real(var real) -> Double.isFinite(real) ? new BigDecimal(real).toString() : Double.toString(real);
            case Whole(var whole) -> Long.toString(whole);
            case Bit(var bit) -> Boolean.toString(bit);
            case Text(var text) -> text;
            case Unreadable _ -> "nothing";
        };
    }

    /** That a device cannot be told this value. */
    default DriverException unfit(String accepted) {
        return new DriverException(DriverException.Kind.BAD_ADDRESS, "value: " + shown() + " (expected: " + accepted + ")");
    }
}
