package dev.skerry.devices.engine;

import dev.skerry.model.DeviceModelSpec.Range;
import dev.skerry.model.DeviceModelSpec.Type;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Locale;

/** How values look in messages. */
final class Shown {

    private Shown() {}

    /** As Go writes it, to two digits: {@code 2s}, {@code 0.5s}, {@code 250ms}, {@code 1m30s}. */
    static String duration(Duration duration) {
        long millis = duration.toMillis();
        if (duration.compareTo(Duration.ofMillis(1)) < 0) {
            return duration.toNanos() / 1_000 + "us";
        }
        if (millis < 1_000 && millis % 100 != 0) {
            return millis + "ms";
        }
        if (millis >= 60_000) {
            long seconds = duration.toSeconds();
            return seconds / 60 + "m" + (seconds % 60 == 0 ? "" : seconds % 60 + "s");
        }
        return number(Math.round(millis / 100.0) / 10.0) + "s";
    }

    /** 60 and not 60.0; 0.1 and not 1.0E-1. */
    static String number(double value) {
        return Double.isFinite(value) ? new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString() : Double.toString(value);
    }

    static String range(Range range) {
        var min = range.min();
        var max = range.max();
        if (min == null) {
            return max == null ? "any number" : number(max) + " or less";
        }
        return max == null ? number(min) + " or more" : number(min) + " to " + number(max);
    }

    static String type(Type type) {
        return type.name().toLowerCase(Locale.ROOT);
    }

    static String count(int n, String noun) {
        return n + " " + noun + (n == 1 ? "" : "s");
    }
}
