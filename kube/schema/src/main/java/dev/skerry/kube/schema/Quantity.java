package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Amounts such as {@code 500m} or {@code 1Gi}, in the one spelling that upstream gives back. */
public final class Quantity {
    private static final Pattern FORM = Pattern.compile("([+-]?(?:[0-9]{1,40}(?:\\.[0-9]{0,40})?|\\.[0-9]{1,40}))([KMGTPE]i|[numkMGTPE]?|[eE][+-]?[0-9]{1,3})");
    private static final List<String> DECIMAL = List.of("n", "u", "m", "", "k", "M", "G", "T", "P", "E");
    private static final List<String> BINARY = List.of("", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei");
    private static final BigDecimal KIBI = BigDecimal.valueOf(1024);
    private static final int UNIT = 3;
    private static final int NANO = 9;

    private Quantity() {}

    /** The number that is meant; empty if the text is no quantity. */
    public static Optional<BigDecimal> parse(String text) {
        Matcher m = FORM.matcher(text);
        if (!m.matches()) {
            return Optional.empty();
        }
        BigDecimal number = new BigDecimal(m.group(1));
        String suffix = m.group(2);
        if (suffix.endsWith("i")) {
            return Optional.of(number.multiply(KIBI.pow(BINARY.indexOf(suffix))));
        }
        int power = DECIMAL.indexOf(suffix) >= 0 ? 3 * (DECIMAL.indexOf(suffix) - UNIT) : Integer.parseInt(suffix.substring(1));
        return Optional.of(number.scaleByPowerOfTen(power));
    }

    /** The same amount in its canonical spelling, or the text itself if it is no quantity. */
    static String canonical(JsonNode value) {
        return canonical(value, NANO);
    }

    /** With at most so many digits behind the point; what is smaller counts as one. */
    static String canonical(JsonNode value, int digits) {
        String text = value.asText();
        Optional<BigDecimal> parsed = parse(text);
        if (parsed.isEmpty()) {
            return text;
        }
        BigDecimal amount = parsed.get().setScale(digits, RoundingMode.UP).stripTrailingZeros();
        if (amount.signum() == 0) {
            return "0";
        }
        if (text.endsWith("i") && amount.abs().compareTo(KIBI) >= 0 && amount.scale() <= 0) {
            return binary(amount.toBigIntegerExact());
        }
        boolean exponent = text.matches(".*[eE][+-]?[0-9]+$");
        int at = 0;
        while (at < DECIMAL.size() - 1 && amount.scaleByPowerOfTen(-3 * (at + 1 - UNIT)).stripTrailingZeros().scale() <= 0) {
            at++;
        }
        String number = amount.scaleByPowerOfTen(-3 * (at - UNIT)).toBigInteger().toString();
        int power = 3 * (at - UNIT);
        return number + (exponent ? power == 0 ? "" : "e" + power : DECIMAL.get(at));
    }

    private static String binary(BigInteger amount) {
        int at = 0;
        BigInteger left = amount;
        while (at < BINARY.size() - 1 && left.testBit(0) == false && left.mod(KIBI.toBigInteger()).signum() == 0) {
            left = left.divide(KIBI.toBigInteger());
            at++;
        }
        return left + BINARY.get(at);
    }
}
