package dev.skerry.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A plain Kubernetes, as its users start it: what it costs at rest, to write, to read, to watch, and when it is full. */
final class ApiBench implements Bench {

    @Override
    public String name() {
        return "api";
    }

    @Override
    public String about() {
        return "the embedded Kubernetes API: size, start, writes, reads, watches, 100,000 objects (about eight minutes)";
    }

    @Override
    public Map<String, Long> options() {
        return Map.of("idleSeconds", 180L, "requests", 10_000L, "writers", 8L, "bigRequests", 2_000L, "watchers", 1_000L, "events", 100L, "objects", 100_000L);
    }

    @Override
    public List<Part> parts(Path folder, Map<String, Long> options) {
        return List.of(
                new Part("an idle API", f -> ApiIdle.measure(Files.createDirectories(folder.resolve("idle")), number(options, "idleSeconds"), f)),
                new Part("requests, one kind after the other", f -> ApiLoad.measure(
                        Files.createDirectories(folder.resolve("load")), number(options, "requests"), number(options, "bigRequests"), number(options, "writers"), f)),
                new Part("watchers", f -> ApiWatchers.measure(
                        Files.createDirectories(folder.resolve("watch")), number(options, "watchers"), number(options, "events"), f)),
                new Part("a full API", f -> ApiFull.measure(
                        Files.createDirectories(folder.resolve("full")), number(options, "objects"), 2 * number(options, "writers"), f)));
    }

    private static int number(Map<String, Long> options, String name) {
        return Math.max(1, Math.toIntExact(options.getOrDefault(name, 1L)));
    }
}
