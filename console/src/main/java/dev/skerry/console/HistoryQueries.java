package dev.skerry.console;

import dev.skerry.data.History;
import dev.skerry.data.SeriesKey;
import io.helidon.common.parameters.Parameters;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.List;

/** History by query parameters: {@code site, namespace, device, property, from, to, limit, buckets}. */
final class HistoryQueries {

    private static final int MAX_SERIES = 10_000;
    private static final int MAX_POINTS = 100_000;
    private static final int MAX_BUCKETS = 5_000;
    private static final Duration PAGE = Duration.ofHours(1);

    private final History history;
    private final InstantSource clock;

    HistoryQueries(History history, InstantSource clock) {
        this.history = history;
        this.clock = clock;
    }

    List<History.SeriesInfo> series(Parameters query) {
        return history.series(key(query), MAX_SERIES);
    }

    List<History.Point> range(Parameters query) throws BadQueryException {
        return history.range(key(query), from(query), to(query), number(query, "limit", 1_000, MAX_POINTS));
    }

    List<History.Bucket> downsample(Parameters query) throws BadQueryException {
        var from = from(query);
        var to = to(query);
        if (!from.isBefore(to)) {
            throw new BadQueryException("from", from.toString(), "before to, " + to);
        }
        return history.downsample(key(query), from, to, number(query, "buckets", 300, MAX_BUCKETS));
    }

    static SeriesKey key(Parameters query) {
        return new SeriesKey(
                query.first("site").orElse(""), query.first("namespace").orElse(""),
                query.first("device").orElse(""), query.first("property").orElse(""));
    }

    private Instant from(Parameters query) throws BadQueryException {
        return time(query, "from", to(query).minus(PAGE));
    }

    private Instant to(Parameters query) throws BadQueryException {
        return time(query, "to", clock.instant());
    }

    private static Instant time(Parameters query, String name, Instant otherwise) throws BadQueryException {
        var text = query.first(name).orElse("");
        if (text.isEmpty()) {
            return otherwise;
        }
        try {
            return Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw new BadQueryException(name, text, "a time such as 2026-11-22T08:00:00Z");
        }
    }

    private static int number(Parameters query, String name, int otherwise, int most) throws BadQueryException {
        var text = query.first(name).orElse("");
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.matches("[0-9]{1,7}") || Integer.parseInt(text) < 1 || Integer.parseInt(text) > most) {
            throw new BadQueryException(name, text, "1-" + most);
        }
        return Integer.parseInt(text);
    }
}
