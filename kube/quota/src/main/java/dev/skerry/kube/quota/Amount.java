package dev.skerry.kube.quota;

import dev.skerry.kube.schema.Quantity;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;

/**
 * A quantity that is reckoned with and written back as upstream writes it: a sum keeps the form of its first summand, unless that is zero.
 *
 * @param binary whether it is written with {@code Ki}, {@code Mi} and so on
 */
public record Amount(BigDecimal value, boolean binary) implements Comparable<Amount> {

    public static final Amount ZERO = new Amount(BigDecimal.ZERO, false);
    public static final Amount ONE = Amount.of(1);

    private static final List<String> DECIMAL = List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
    private static final int NANO = 9;
    private static final int UNIT = 3;

    /** What the text says; zero if it is no quantity, which validation refuses elsewhere. */
    public static Amount of(String text) {
        return new Amount(Quantity.parse(text).orElse(BigDecimal.ZERO), text.endsWith("i"));
    }

    public static Amount of(long number) {
        return new Amount(BigDecimal.valueOf(number), false);
    }

    public Amount plus(Amount other) {
        return new Amount(value.add(other.value), value.signum() == 0 ? other.binary : binary);
    }

    public Amount minus(Amount other) {
        return new Amount(value.subtract(other.value), value.signum() == 0 ? other.binary : binary);
    }

    public Amount max(Amount other) {
        return compareTo(other) >= 0 ? this : other;
    }

    public boolean zero() {
        return value.signum() == 0;
    }

    @Override
    public int compareTo(Amount other) {
        return value.compareTo(other.value);
    }

    /** In canonical spelling. */
    public String text() {
        var amount = value.setScale(NANO, RoundingMode.UP).stripTrailingZeros();
        if (amount.signum() == 0) {
            return "0";
        }
        if (binary && amount.abs().compareTo(KIBI) >= 0 && amount.scale() <= 0) {
            var at = 0;
            var left = amount;
            while (at < BINARY.size() - 1 && left.remainder(KIBI).signum() == 0) {
                left = left.divide(KIBI);
                at++;
            }
            return left.toBigInteger() + BINARY.get(at);
        }
        var at = 0;
        while (at < DECIMAL.size() - 1 && amount.scaleByPowerOfTen(-3 * (at + 1 - UNIT)).stripTrailingZeros().scale() <= 0) {
            at++;
        }
        return amount.scaleByPowerOfTen(-3 * (at - UNIT)).toBigInteger() + DECIMAL.get(at);
    }
}
