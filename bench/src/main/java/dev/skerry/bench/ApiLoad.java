package dev.skerry.bench;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Creates, updates, gets and lists of objects of 1 and 10 kB. */
final class ApiLoad {

    private static final int SMALL = 1_000;
    private static final int BIG = 10_000;
    private static final int REFERENCE = 10_000;
    private static final int LISTED = 5_000;
    private static final int LIST_ROUNDS = 9;
    private static final int WARM_UP = 500;
    private static final int HELD = 20_000;
    private static final int SETTLE_SECONDS = 10;

    private ApiLoad() {}

    static void measure(Path folder, int requests, int bigRequests, int writers, Figures figures) throws IOException, InterruptedException {
        try (var api = PlainApi.start(folder)) {
            api.namespace("warm");
            create(api, "warm", WARM_UP, writers, SMALL);

            api.namespace("small");
            var creates = create(api, "small", requests, writers, SMALL);
            figures.add("cpuSecondsPer10000Creates", creates.cpuSecondsPer(REFERENCE), "s");
            creates.into(figures, "creates");
            var updates = update(api, "small", requests, writers, SMALL);
            figures.add("cpuSecondsPer10000Updates", updates.cpuSecondsPer(REFERENCE), "s");
            updates.into(figures, "updates");
            var gets = get(api, "small", requests, writers);
            figures.add("cpuSecondsPer10000Gets", gets.cpuSecondsPer(REFERENCE), "s");
            gets.into(figures, "gets");

            api.namespace("listed");
            create(api, "listed", LISTED, writers, SMALL);
            list(api, figures);

            api.namespace("rest");
            create(api, "rest", Math.max(1, HELD - WARM_UP - requests - LISTED), writers, SMALL);
            TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
            figures.add(HELD - WARM_UP - requests - LISTED > 0 ? "mbWith20000Objects" : "mbWithAllObjects", api.process().residentMb(), "MB");

            api.namespace("big");
            create(api, "big", bigRequests, writers, BIG).into(figures, "creates10k");
            update(api, "big", bigRequests, writers, BIG).into(figures, "updates10k");
            get(api, "big", bigRequests, writers).into(figures, "gets10k");
        }
    }

    static PlainApi.Cost create(PlainApi api, String namespace, int objects, int writers, int bytes) throws IOException, InterruptedException {
        return api.many(objects, writers, i -> api.send("POST", PlainApi.path(namespace), PlainApi.object("o-" + i, "created", bytes)));
    }

    private static PlainApi.Cost update(PlainApi api, String namespace, int objects, int writers, int bytes) throws IOException, InterruptedException {
        return api.many(objects, writers, i -> api.send("PUT", PlainApi.path(namespace) + "/o-" + i, PlainApi.object("o-" + i, "updated", bytes)));
    }

    private static PlainApi.Cost get(PlainApi api, String namespace, int objects, int readers) throws IOException, InterruptedException {
        return api.many(objects, readers, i -> api.send("GET", PlainApi.path(namespace) + "/o-" + i, ""));
    }

    private static void list(PlainApi api, Figures figures) throws IOException, InterruptedException {
        api.send("GET", PlainApi.path("listed"), "");
        var took = new Latencies(LIST_ROUNDS);
        var all = api.many(LIST_ROUNDS, 1, i -> {
            var began = System.nanoTime();
            api.send("GET", PlainApi.path("listed"), "");
            took.add(System.nanoTime() - began);
        });
        figures.add("list5000Ms", took.millis(50), "ms");
        figures.add("lists5000PerCpuSecond", LIST_ROUNDS / Math.max(all.cpuSeconds(), 0.01), "1/s");
    }
}
