package dev.skerry.bench;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.http.HttpClient;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

/** From a write's request to its event at each of many watchers, every one on a connection of its own. */
final class ApiWatchers {

    private static final int EVENTS_A_SECOND = 10;
    private static final int WATCHERS_A_CLIENT = 100;
    private static final long MOST_SECONDS = 120;
    private static final int WARM_UP = 10;
    private static final String MARK = "\"mark\":\"";

    private final PlainApi api;
    private final int watchers;
    private final int events;
    private final AtomicLongArray latencies;
    private final AtomicInteger seen = new AtomicInteger();
    private final AtomicInteger failures = new AtomicInteger();
    private final AtomicReference<String> failure = new AtomicReference<>("nothing");
    private final CountDownLatch open;
    private final CountDownLatch all;

    private ApiWatchers(PlainApi api, int watchers, int events) {
        this.api = api;
        this.watchers = watchers;
        this.events = events;
        latencies = new AtomicLongArray(Math.multiplyExact(watchers, events));
        open = new CountDownLatch(watchers);
        all = new CountDownLatch(Math.multiplyExact(watchers, events));
    }

    static void measure(Path folder, int watchers, int events, Figures figures) throws IOException, InterruptedException {
        try (var api = PlainApi.start(folder)) {
            api.namespace("watched");
            new ApiWatchers(api, watchers, events).run(figures);
        }
    }

    private void run(Figures figures) throws IOException, InterruptedException {
        List<HttpClient> clients = new ArrayList<>();
        for (int i = 0; i * WATCHERS_A_CLIENT < watchers; i++) {
            clients.add(api.newHttp());
        }
        var threads = Executors.newVirtualThreadPerTaskExecutor();
        try {
            for (int i = 0; i < watchers; i++) {
                var client = clients.get(i / WATCHERS_A_CLIENT);
                threads.submit(() -> follow(client));
            }
            if (!open.await(MOST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("watchers: " + open.getCount() + " of " + watchers + " not open after " + MOST_SECONDS + "s, " + failures.get() + " failed, one with " + failure.get());
            }
            figures.add("watchers", watchers, "watchers");
            figures.add("mbWithWatchers", api.process().residentMb(), "MB");
            var cpu = api.process().cpuSeconds();
            write();
            if (!all.await(MOST_SECONDS, TimeUnit.SECONDS)) {
                throw new IOException("watchers: " + all.getCount() + " events missing after " + MOST_SECONDS + "s");
            }
            var used = api.process().cpuSeconds() - cpu;
            var sorted = new Latencies(latencies.length());
            for (int i = 0; i < latencies.length(); i++) {
                sorted.add(latencies.get(i));
            }
            var name = watchers == 1_000 ? "watch1000" : "watch";
            sorted.into(figures, name);
            figures.add("watchEventsPerCpuSecond", (double) watchers * events / Math.max(used, 0.01), "1/s");
        } finally {
            clients.forEach(HttpClient::shutdownNow);
            threads.shutdownNow();
        }
    }

    /** The first few warm both sides up and are not counted. */
    private void write() throws IOException, InterruptedException {
        var start = System.nanoTime();
        for (int i = 0; i < events + WARM_UP; i++) {
            var due = start + i * (TimeUnit.SECONDS.toNanos(1) / EVENTS_A_SECOND);
            TimeUnit.NANOSECONDS.sleep(Math.max(0, due - System.nanoTime()));
            var mark = i < WARM_UP ? "0" : Long.toString(System.nanoTime());
            api.send("POST", PlainApi.path("watched"), PlainApi.object("event-" + i, mark, 1_000));
        }
    }

    private void follow(HttpClient client) {
        try {
            watch(client);
        } catch (IOException | RuntimeException e) {
            failure.set(e.toString());
            failures.incrementAndGet();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void watch(HttpClient client) throws IOException, InterruptedException {
        try (var reader = new BufferedReader(new InputStreamReader(
                api.open(client, PlainApi.path("watched") + "?watch=true&labelSelector=bench%3Dapi&timeoutSeconds=600"), StandardCharsets.UTF_8))) {
            open.countDown();
            for (var line = reader.readLine(); line != null; line = reader.readLine()) {
                var now = System.nanoTime();
                int at = line.indexOf(MARK);
                if (at >= 0) {
                    int from = at + MARK.length();
                    var mark = Long.parseLong(line.substring(from, line.indexOf('"', from)));
                    if (mark != 0) {
                        latencies.set(seen.getAndIncrement(), now - mark);
                        all.countDown();
                    }
                }
            }
        }
    }
}
