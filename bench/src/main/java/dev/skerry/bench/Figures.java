package dev.skerry.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.LinkedHashMap;
import java.util.Map;

/** What a bench has found, by name, in the order in which it was found. */
final class Figures {

    private static final MathContext DIGITS = new MathContext(4);

    private final Map<String, Figure> figures = new LinkedHashMap<>();

    /** @param unit such as ms, MB, 1/s */
    record Figure(BigDecimal value, String unit) {}

    /** Four digits are kept; the noise begins before them. */
    void add(String name, double value, String unit) {
        var rounded = value == Math.rint(value) ? BigDecimal.valueOf((long) value) : new BigDecimal(value).round(DIGITS).stripTrailingZeros();
        figures.put(name, new Figure(new BigDecimal(rounded.toPlainString()), unit));
        Progress.say("  " + name + " = " + rounded.toPlainString() + " " + unit);
    }

    /** One line: {@code {"bench":"spine","figures":{"siteIdleMb":{"value":98.4,"unit":"MB"}}}}. */
    String json(String bench) {
        var root = new LinkedHashMap<String, Object>();
        root.put("bench", bench);
        root.put("figures", figures);
        try {
            return new ObjectMapper().writeValueAsString(root);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("figures: cannot be written", e);
        }
    }
}
