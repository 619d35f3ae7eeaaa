package dev.skerry.console;

import dev.skerry.data.EventLog;
import dev.skerry.data.History;
import dev.skerry.data.SeriesKey;
import io.helidon.common.parameters.Parameters;
import io.helidon.http.Status;
import io.helidon.webserver.ServerConnectionException;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;

/**
 * The page's one connection: server-sent events {@code overview}, {@code alerts} and {@code readings}, each only when it has
 * changed, looked at once a second; a comment line says that the line lives when nothing has.
 */
final class LiveStream {

    private static final Duration TICK = Duration.ofSeconds(1);
    private static final int MAX_LISTENERS = 200;
    private static final int MAX_SERIES = 2_000;
    private static final int MAX_ALERTS = 200;

    private final History history;
    private final Overview overview;
    private final EventLog events;
    private final Semaphore listeners = new Semaphore(MAX_LISTENERS);

    /** The newest point of a series. */
    record News(History.SeriesInfo series, List<History.Point> points) {}

    LiveStream(History history, Overview overview, EventLog events) {
        this.history = history;
        this.overview = overview;
        this.events = events;
    }

    /** Blocks until the listener has gone. {@code site, namespace, device, property} choose the series. */
    void serve(Parameters query, ServerResponse response) {
        if (!listeners.tryAcquire()) {
            ConsoleServer.fault(response, Status.SERVICE_UNAVAILABLE_503, "live: " + MAX_LISTENERS + " listeners already (expected: fewer)");
            return;
        }
        response.header("Content-Type", "text/event-stream");
        var wanted = HistoryQueries.key(query);
        var told = new LinkedHashMap<SeriesKey, Long>();
        var last = new LinkedHashMap<String, Integer>();
        try (var out = response.outputStream()) {
            while (!Thread.currentThread().isInterrupted()) {
                tell(out, last, "overview", Json.write(overview.now()));
                tell(out, last, "alerts", Json.write(events.newest(MAX_ALERTS)));
                var news = news(wanted, told);
                if (!news.isEmpty()) {
                    write(out, "readings", Json.write(news));
                }
                out.write(": alive\n\n".getBytes(StandardCharsets.UTF_8));
                out.flush();
                LockSupport.parkNanos(TICK.toNanos());
            }
        } catch (IOException | UncheckedIOException | ServerConnectionException e) {
            // The listener has gone; that is how live streams end.
            return;
        } finally {
            listeners.release();
        }
    }

    private List<News> news(SeriesKey wanted, Map<SeriesKey, Long> told) {
        return history.series(wanted, MAX_SERIES).stream()
                .filter(s -> told.getOrDefault(s.key(), -1L) < s.sequence())
                .map(s -> {
                    told.put(s.key(), s.sequence());
                    return new News(s, history.range(s.key(), s.newest(), s.newest().plusMillis(1), 10));
                })
                .toList();
    }

    private static void tell(OutputStream out, Map<String, Integer> last, String event, byte[] body) throws IOException {
        var hash = Arrays.hashCode(body);
        var before = last.put(event, hash);
        if (before == null || before != hash) {
            write(out, event, body);
        }
    }

    private static void write(OutputStream out, String event, byte[] body) throws IOException {
        out.write(("event: " + event + "\ndata: ").getBytes(StandardCharsets.UTF_8));
        out.write(body);
        out.write("\n\n".getBytes(StandardCharsets.UTF_8));
    }
}
