package dev.skerry.console;

import dev.skerry.data.History;
import dev.skerry.data.SeriesKey;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.Status;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/** History by query parameters: {@code site, namespace, device, property, from, to, limit, buckets}. */
final class HistoryQueries {

    private static final int MAX_SERIES = 10_000;
    private static final int MAX_POINTS = 100_000;
    private static final int MAX_BUCKETS = 5_000;
    private static final Duration PAGE = Duration.ofHours(1);
    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int MAX_LIVE = 200;

    private final History history;
    private final InstantSource clock;
    private final Semaphore live = new Semaphore(MAX_LIVE);

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

    /** Server-sent events, one a second: the newest point of each series that matches. Ends with the connection. */
    void live(Parameters query, ServerResponse response) {
        if (!live.tryAcquire()) {
            ConsoleServer.fault(response, Status.SERVICE_UNAVAILABLE_503, "live: " + MAX_LIVE + " listeners already (expected: fewer)");
            return;
        }
        response.header("Content-Type", "text/event-stream");
        try (var out = response.outputStream()) {
            var told = new LinkedHashMap<SeriesKey, Long>();
            while (!Thread.currentThread().isInterrupted()) {
                var news = history.series(key(query), MAX_SERIES).stream()
                        .filter(s -> told.getOrDefault(s.key(), -1L) < s.sequence())
                        .map(s -> {
                            told.put(s.key(), s.sequence());
                            return newest(s);
                        })
                        .toList();
                out.write(("data: " + new String(Json.write(news), StandardCharsets.UTF_8) + "\n\n").getBytes(StandardCharsets.UTF_8));
                out.flush();
                LockSupport.parkNanos(TICK.toNanos());
            }
        } catch (IOException | java.io.UncheckedIOException e) {
            // The reader has gone; that is how live streams end.
            return;
        } finally {
            live.release();
        }
    }

    private Map<String, Object> newest(History.SeriesInfo series) {
        var points = history.range(series.key(), series.newest(), series.newest().plusMillis(1), 10);
        return Map.of("series", series, "points", points);
    }

    private static SeriesKey key(Parameters query) {
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
