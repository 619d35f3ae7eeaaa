package dev.skerry.kube.node;

import dev.skerry.kube.node.ContainerUsage.Amount;
import dev.skerry.kube.node.ContainerUsage.One;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Measures use between two looks. Nobody looks while nobody asks: the first question after a pause takes a second, the next ones measure since the one before.
 */
final class UsageMeter {

    private static final Duration SHORT = Duration.ofSeconds(1);
    private static final Duration LEAST = Duration.ofSeconds(5);
    private static final Duration STALE = Duration.ofSeconds(60);
    /** A clock tick of {@code /proc/stat}, of which user space sees a hundred a second on every Linux. */
    private static final long TICK = 10_000_000;

    private final String nodeName;
    private final InstantSource clock;
    private @Nullable Look before;
    private @Nullable ContainerUsage told;
    private long toldAt;

    /** @param cpu nanoseconds of each container by its id */
    private record Look(long nanos, Map<String, Reading> cpu, long nodeCpu) {}

    private record Reading(long at, long used) {}

    UsageMeter(String nodeName, InstantSource clock) {
        this.nodeName = nodeName;
        this.clock = clock;
    }

    /** Who asks while another is answered gets the same answer. */
    synchronized ContainerUsage measure(Cri cri) throws IOException, InterruptedException {
        var last = told;
        if (last != null && System.nanoTime() - toldAt < LEAST.toNanos()) {
            return last;
        }
        var from = before;
        if (from == null || System.nanoTime() - from.nanos() > STALE.toNanos()) {
            from = look(cri);
            TimeUnit.NANOSECONDS.sleep(SHORT.toNanos());
        }
        var stats = cri.stats();
        var now = look(stats);
        var window = Duration.ofNanos(now.nanos() - from.nanos());
        var containers = new ArrayList<One>();
        for (var one : stats) {
            var labels = one.getAttributes().getLabelsMap();
            var id = one.getAttributes().getId();
            var used = now.cpu().get(id);
            var then = from.cpu().get(id);
            if (used == null || !one.hasMemory()) {
                continue;
            }
            // One that began within the window has used all that it has since then.
            var rate = then == null ? used.used() * 1_000_000_000.0 / window.toNanos() : Math.max(0, used.used() - then.used()) * 1_000_000_000.0 / Math.max(1, used.at() - then.at());
            containers.add(new One(labels.getOrDefault("io.kubernetes.pod.namespace", ""), labels.getOrDefault("io.kubernetes.pod.name", ""),
                    one.getAttributes().getMetadata().getName(), new Amount(Math.round(rate), one.getMemory().getWorkingSetBytes().getValue())));
        }
        var node = new Amount(Math.round((now.nodeCpu() - from.nodeCpu()) * 1_000_000_000.0 / window.toNanos()), nodeMemory());
        var usage = new ContainerUsage(clock.instant(), window, nodeName, node, containers);
        before = now;
        told = usage;
        toldAt = System.nanoTime();
        return usage;
    }

    private static Look look(Cri cri) throws IOException {
        return look(cri.stats());
    }

    private static Look look(java.util.List<dev.skerry.kube.node.cri.ContainerStats> stats) throws IOException {
        var cpu = new HashMap<String, Reading>();
        for (var one : stats) {
            if (one.hasCpu()) {
                cpu.put(one.getAttributes().getId(), new Reading(one.getCpu().getTimestamp(), one.getCpu().getUsageCoreNanoSeconds().getValue()));
            }
        }
        return new Look(System.nanoTime(), cpu, nodeCpu());
    }

    /** All but idle and waiting for the disk; of the eight numbers the fourth and fifth. */
    private static long nodeCpu() throws IOException {
        try (var lines = Files.lines(Path.of("/proc/stat"))) {
            var numbers = Stream.of(lines.findFirst().orElse("cpu 0 0 0 0 0 0 0 0").split("\\s+")).skip(1).mapToLong(Long::parseLong).toArray();
            long busy = 0;
            for (int i = 0; i < Math.min(8, numbers.length); i++) {
                busy += i == 3 || i == 4 ? 0 : numbers[i];
            }
            return busy * TICK;
        }
    }

    private static long nodeMemory() throws IOException {
        long total = 0;
        long free = 0;
        for (var line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.startsWith("MemTotal:")) {
                total = Long.parseLong(line.replaceAll("[^0-9]", ""));
            } else if (line.startsWith("MemAvailable:")) {
                free = Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return (total - free) * 1024;
    }
}
