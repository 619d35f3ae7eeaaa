package dev.skerry.streams.functions;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Whole numbers written in another base, as MySQL's {@code CONV} has it: 64 bits, unsigned unless a base is negative. */
final class NumberBase {

    private NumberBase() {}

    static @Nullable Object convert(@Nullable Object[] args) {
        var from = base(args[1]);
        var to = base(args[2]);
        return convert(Printed.of(args[0]), from, to);
    }

    /** What is no number at all counts as 0, which is no base. */
    private static long base(@Nullable Object value) {
        return Values.isNumber(value) ? Values.cutNumber(value) : 0;
    }

    private static @Nullable String convert(String text, long from, long to) {
        var fromBase = Math.abs(from);
        var toBase = Math.abs(to);
        if (fromBase > 36 || fromBase < 2 || toBase > 36 || toBase < 2) {
            return null;
        }
        var digits = validPrefix(text.strip(), (int) fromBase);
        if (digits.isEmpty()) {
            return "0";
        }
        var negative = digits.charAt(0) == '-';
        var value = parse(negative ? digits.substring(1) : digits, (int) fromBase);
        if (from < 0) {
            value = negative ? atMost(value, Long.MIN_VALUE) : atMost(value, Long.MAX_VALUE);
        }
        if (negative) {
            value = -value;
        }
        var written = to < 0 ? Long.toString(value, (int) toBase) : Long.toUnsignedString(value, (int) toBase);
        return written.toUpperCase(Locale.ROOT);
    }

    private static long atMost(long value, long most) {
        return Long.compareUnsigned(value, most) > 0 ? most : value;
    }

    private static long parse(String digits, int base) {
        try {
            return Long.parseUnsignedLong(digits, base);
        } catch (NumberFormatException e) {
            throw new FunctionException("conv: " + digits + " (expected: a number of 64 bits in base " + base + ")");
        }
    }

    private static String validPrefix(String text, int base) {
        var length = 0;
        for (var i = 0; i < text.length(); i++) {
            var c = text.charAt(i);
            var sign = i == 0 && (c == '+' || c == '-');
            if (!sign && (c > 'z' || Character.digit(c, base) < 0)) {
                break;
            }
            length = sign ? length : i + 1;
        }
        return text.startsWith("+") && length > 1 ? text.substring(1, length) : text.substring(0, length);
    }
}
