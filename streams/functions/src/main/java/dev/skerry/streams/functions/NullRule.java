package dev.skerry.streams.functions;

import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What a call gives if an argument is null, or a list or object without elements. */
public enum NullRule {
    /** The function sees it and decides. */
    PASS("decides itself", null),
    NULL("null", null),
    FALSE("false", false),
    ZERO("0", 0L);

    private final String text;
    private final @Nullable Object result;

    NullRule(String text, @Nullable Object result) {
        this.text = text;
        this.result = result;
    }

    /** As the catalogue says it. */
    public String text() {
        return text;
    }

    @Nullable Object result() {
        return result;
    }

    boolean stops(@Nullable Object[] args) {
        if (this == PASS) {
            return false;
        }
        for (var arg : args) {
            if (arg == null || arg instanceof Collection<?> list && list.isEmpty() || arg instanceof Map<?, ?> map && map.isEmpty()) {
                return true;
            }
        }
        return false;
    }
}
