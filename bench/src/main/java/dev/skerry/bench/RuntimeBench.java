package dev.skerry.bench;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Pods on a site: how soon they start, what they cost, how they come back, and that nothing restarts them. */
final class RuntimeBench implements Bench {

    @Override
    public String name() {
        return "runtime";
    }

    @Override
    public String about() {
        return "Pods on a real containerd: start, memory, cold boot, kills, a parent that goes and comes (about six minutes)";
    }

    @Override
    public Map<String, Long> options() {
        return Map.of("single", 20L, "pods", 50L, "kills", 12L, "idleSeconds", 30L);
    }

    @Override
    public List<Part> parts(Path folder, Map<String, Long> options) {
        return List.of(
                new Part("Pods on a site", f -> RuntimeLoad.measure(Files.createDirectories(folder.resolve("pods")),
                        number(options, "single"), number(options, "pods"), number(options, "kills"), number(options, "idleSeconds"), f)),
                new Part("a site whose parent goes and comes back", f -> RuntimeReconnect.measure(Files.createDirectories(folder.resolve("tree")), f)));
    }

    private static int number(Map<String, Long> options, String name) {
        return Math.max(1, Math.toIntExact(options.getOrDefault(name, 1L)));
    }
}
