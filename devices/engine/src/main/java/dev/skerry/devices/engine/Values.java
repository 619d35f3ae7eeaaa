package dev.skerry.devices.engine;

import dev.skerry.data.BatchBuilder;
import dev.skerry.data.Quality;
import dev.skerry.devices.spi.RawValue;
import dev.skerry.model.DeviceModelSpec.Property;
import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/** Between a value in its natural unit and the value that the device holds. */
final class Values {

    private static final double LONG_LIMIT = 0x1p63;
    private static final double[] POWERS = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

    private Values() {}

    /** Puts a reading into the row that was begun last. Answers the quality that it has there. */
    static Quality put(BatchBuilder row, PlannedPoint point, RawValue given) {
        int field = point.field();
        var raw = point.mask() == 0 ? given : masked(given, point.mask());
        return switch (point.property().type()) {
            case FLOAT -> {
                double value = rounded(scaled(point, number(raw)), point.precision());
                yield Double.isFinite(value) ? ranged(row.put(field, value), point, value) : bad(row, field);
            }
            case INTEGER -> {
                if (raw instanceof RawValue.Whole(long whole) && exact(point)) {
                    yield ranged(row.put(field, whole), point, whole);
                }
                double value = scaled(point, number(raw));
                yield Math.abs(value) < LONG_LIMIT ? ranged(row.put(field, Math.round(value)), point, value) : bad(row, field);
            }
            case BOOLEAN -> {
                double value = number(raw);
                yield Double.isNaN(value) ? bad(row, field) : good(row.put(field, value != 0));
            }
            case STRING -> switch (raw) {
                case RawValue.Text(String value) -> good(row.put(field, value));
                case RawValue.Real(double value) -> good(row.put(field, Shown.number(value)));
                case RawValue.Whole(long value) -> good(row.put(field, Long.toString(value)));
                case RawValue.Bit(boolean value) -> good(row.put(field, Boolean.toString(value)));
                case RawValue.Unreadable u -> bad(row, field);
            };
        };
    }

    /** A raw value as a reading: a Double, Long, Boolean or String; null if there is none. */
    static @Nullable Object shown(PlannedPoint point, RawValue raw) {
        return switch (point.property().type()) {
            case FLOAT -> finite(decoded(point, raw));
            case INTEGER -> {
                if (raw instanceof RawValue.Whole(long whole) && exact(point) && point.mask() == 0) {
                    yield whole;
                }
                double value = decoded(point, raw);
                yield Math.abs(value) < LONG_LIMIT ? (Object) Math.round(value) : null;
            }
            case BOOLEAN -> {
                double value = number(raw);
                yield Double.isNaN(value) ? null : (Object) (value != 0);
            }
            case STRING -> switch (raw) {
                case RawValue.Text(String value) -> value;
                case RawValue.Real(double value) -> Shown.number(value);
                case RawValue.Whole(long value) -> Long.toString(value);
                case RawValue.Bit(boolean value) -> Boolean.toString(value);
                case RawValue.Unreadable u -> null;
            };
        };
    }

    private static @Nullable Object finite(double value) {
        return Double.isFinite(value) ? value : null;
    }

    /** The number that {@link #put} would put; NaN if it is none. */
    static double decoded(PlannedPoint point, RawValue raw) {
        return rounded(scaled(point, number(point.mask() == 0 ? raw : masked(raw, point.mask()))), point.precision());
    }

    /** @throws InvalidValueException if a property does not take a value, whatever its address */
    static void checked(Property property, Object value) throws InvalidValueException {
        switch (property.type()) {
            case FLOAT -> inRange(property, decimal(value, "a number"));
            case INTEGER -> {
                try {
                    inRange(property, BigDecimal.valueOf(decimal(value, "a whole number").longValueExact()));
                } catch (ArithmeticException e) {
                    throw new InvalidValueException(value, "a whole number");
                }
            }
            case BOOLEAN -> truth(value);
            case STRING -> {}
        }
    }

    /** What to write so that the property becomes {@code value}: a Double, Long, Boolean or String, or a text that the type can read. */
    static RawValue raw(PlannedPoint point, Object value) throws InvalidValueException {
        var property = point.property();
        return switch (property.type()) {
            case FLOAT -> unscaled(point, inRange(property, decimal(value, "a number")));
            case INTEGER -> whole(point, value);
            case BOOLEAN -> new RawValue.Bit(truth(value));
            case STRING -> new RawValue.Text(value instanceof Double d ? Shown.number(d) : value.toString());
        };
    }

    private static RawValue whole(PlannedPoint point, Object value) throws InvalidValueException {
        var decimal = decimal(value, "a whole number");
        try {
            long whole = decimal.longValueExact();
            var checked = inRange(point.property(), decimal);
            return exact(point) ? new RawValue.Whole(whole) : unscaled(point, checked);
        } catch (ArithmeticException e) {
            throw new InvalidValueException(value, "a whole number");
        }
    }

    private static BigDecimal decimal(Object value, String expected) throws InvalidValueException {
        try {
            return switch (value) {
                case BigDecimal d -> d;
                case Number n -> new BigDecimal(n.toString());
                // A long exponent would make a number of gigabytes later on.
                case String s when s.length() <= 40 -> bounded(new BigDecimal(s.strip()));
                default -> throw new InvalidValueException(value, expected);
            };
        } catch (NumberFormatException e) {
            throw new InvalidValueException(value, expected);
        }
    }

    private static BigDecimal bounded(BigDecimal value) {
        if (Math.abs((long) value.scale()) > 400) {
            throw new NumberFormatException();
        }
        return value;
    }

    private static BigDecimal inRange(Property property, BigDecimal value) throws InvalidValueException {
        double number = value.doubleValue();
        if (!Double.isFinite(number)) {
            throw new InvalidValueException(value, "a number");
        }
        var range = property.range();
        if (range != null && !inside(property, number)) {
            throw new InvalidValueException(Shown.number(number), Shown.range(range));
        }
        return value;
    }

    private static boolean truth(Object value) throws InvalidValueException {
        return switch (value) {
            case Boolean b -> b;
            case Number n when n.doubleValue() == 0 || n.doubleValue() == 1 -> n.doubleValue() == 1;
            case String s when s.strip().equalsIgnoreCase("true") || s.strip().equals("1") -> true;
            case String s when s.strip().equalsIgnoreCase("false") || s.strip().equals("0") -> false;
            default -> throw new InvalidValueException(value, "true or false");
        };
    }

    private static RawValue unscaled(PlannedPoint point, BigDecimal value) {
        double moved = value.doubleValue() - point.offset();
        double divisor = divisor(point.scale());
        double raw = divisor == 0 ? moved / point.scale() : moved * divisor;
        double near = Math.rint(raw);
        // 4.56 · 100 is 455.99999999999994: as much as binary fractions may have lost.
        double noise = 4 * (Math.ulp(value.doubleValue()) + Math.ulp(point.offset())) / Math.abs(point.scale());
        return new RawValue.Real(Math.abs(raw - near) <= noise ? near : raw);
    }

    private static RawValue masked(RawValue raw, long mask) {
        return raw instanceof RawValue.Whole(long whole) ? new RawValue.Whole((whole & mask) >>> Long.numberOfTrailingZeros(mask)) : raw;
    }

    private static double rounded(double value, int precision) {
        if (precision < 0 || !Double.isFinite(value)) {
            return value;
        }
        double power = POWERS[precision];
        double shifted = value * power;
        // A number beyond 53 bits has no such decimals.
        return Math.abs(shifted) < 0x1p53 ? Math.rint(shifted) / power : value;
    }

    private static double scaled(PlannedPoint point, double raw) {
        if (exact(point)) {
            return raw;
        }
        double divisor = divisor(point.scale());
        return (divisor == 0 ? raw * point.scale() : raw / divisor) + point.offset();
    }

    /** 10 for a scale of 0.1: 71 / 10 is 7.1, but 71 · 0.1 is 7.1000000000000005. 0 if the scale is no such fraction. */
    private static double divisor(double scale) {
        double divisor = Math.rint(1 / scale);
        return 1 / divisor == scale ? divisor : 0;
    }

    private static boolean exact(PlannedPoint point) {
        return point.scale() == 1 && point.offset() == 0;
    }

    /** NaN if the value is no number. */
    private static double number(RawValue raw) {
        return switch (raw) {
            case RawValue.Real(double value) -> value;
            case RawValue.Whole(long value) -> value;
            case RawValue.Bit(boolean value) -> value ? 1 : 0;
            case RawValue.Text(String value) -> parsed(value.strip());
            case RawValue.Unreadable u -> Double.NaN;
        };
    }

    private static double parsed(String value) {
        if (value.equalsIgnoreCase("true") || value.equalsIgnoreCase("false")) {
            return value.equalsIgnoreCase("true") ? 1 : 0;
        }
        try {
            return Double.parseDouble(value);
        } catch (NumberFormatException e) {
            return Double.NaN;
        }
    }

    private static boolean inside(Property property, double value) {
        var range = property.range();
        if (range == null) {
            return true;
        }
        var min = range.min();
        var max = range.max();
        return (min == null || value >= min) && (max == null || value <= max);
    }

    private static Quality ranged(BatchBuilder row, PlannedPoint point, double value) {
        if (inside(point.property(), value)) {
            return Quality.GOOD;
        }
        row.quality(point.field(), Quality.UNCERTAIN);
        return Quality.UNCERTAIN;
    }

    private static Quality good(BatchBuilder row) {
        return Quality.GOOD;
    }

    private static Quality bad(BatchBuilder row, int field) {
        row.bad(field);
        return Quality.BAD;
    }
}
