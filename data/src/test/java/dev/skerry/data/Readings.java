package dev.skerry.data;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What the tests here read and write. */
final class Readings {

    static final StreamSchema PUMPS = new StreamSchema("default", "pump", List.of(
            new Field("temp", ValueType.FLOAT, "Cel"),
            new Field("count", ValueType.INTEGER, ""),
            new Field("on", ValueType.BOOLEAN, ""),
            new Field("mode", ValueType.STRING, "")));

    static final Instant BEGIN = Instant.parse("2026-01-01T00:00:00Z");
    static final Duration SOON = Duration.ofSeconds(20);

    private Readings() {}

    static SeriesKey key(String site, String device, String property) {
        return new SeriesKey(site, "default", device, property);
    }

    /** One row of each device, the n-th of its life. */
    static Batch batch(int n, String... devices) {
        var builder = new BatchBuilder(PUMPS);
        for (String device : devices) {
            builder.row(device, LogState.micros(BEGIN) + n * 1_000_000L)
                    .put(0, 20 + n * 0.25).put(1, (long) n).put(2, n % 2 == 0).put(3, n % 10 < 5 ? "auto" : "hand");
            if (n % 7 == 3) {
                builder.bad(0);
            }
        }
        return builder.build();
    }

    static List<Long> counts(History history, String site, String device) {
        var values = new ArrayList<Long>();
        for (var point : history.range(key(site, device, "count"), BEGIN, BEGIN.plusSeconds(10_000_000), Integer.MAX_VALUE)) {
            values.add((Long) point.value());
        }
        return values;
    }
}
