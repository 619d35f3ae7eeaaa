package dev.skerry.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

/** Very many objects: what the API holds of them, how long it takes to read them all, and to start over them. */
final class ApiFull {

    private static final int BYTES = 1_000;
    private static final int PAGE = 500;
    private static final int SETTLE_SECONDS = 10;
    private static final Pattern CONTINUE = Pattern.compile("\"continue\":\"([^\"]+)\"");

    private ApiFull() {}

    static void measure(Path folder, int objects, int writers, Figures figures) throws IOException, InterruptedException {
        try (var api = PlainApi.start(folder)) {
            api.namespace("full");
            ApiLoad.create(api, "full", objects, writers, BYTES);
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            figures.add("fullObjects", objects, "objects");
            figures.add("fullMb", api.process().residentMb(), "MB");
            figures.add("fullListSeconds", list(api), "s");
            figures.add("fullMbAfterList", api.process().residentMb(), "MB");
        }
        try (var api = PlainApi.start(folder)) {
            figures.add("fullRestartSeconds", api.readySeconds(), "s");
            figures.add("fullListAfterRestartSeconds", list(api), "s");
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            figures.add("fullMbAfterRestart", api.process().residentMb(), "MB");
        }
    }

    /** In pages, as kubectl and informers read. */
    private static double list(PlainApi api) throws IOException, InterruptedException {
        var began = System.nanoTime();
        var next = "";
        do {
            var page = api.get(PlainApi.path("full") + "?limit=" + PAGE + (next.isEmpty() ? "" : "&continue=" + next));
            var found = CONTINUE.matcher(page);
            next = found.find() ? java.net.URLEncoder.encode(found.group(1), java.nio.charset.StandardCharsets.UTF_8) : "";
        } while (!next.isEmpty());
        return (System.nanoTime() - began) / 1e9;
    }
}
