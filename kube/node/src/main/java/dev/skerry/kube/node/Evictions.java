package dev.skerry.kube.node;

import static java.lang.System.Logger.Level.DEBUG;
import static java.lang.System.Logger.Level.WARNING;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Quantity;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;

/**
 * Looks every ten seconds whether the node runs short, or a Pod uses more of the disk than it may, and ends Pods for it: those that
 * use more than they asked for first, and of those the least important. Unused images go before any Pod.
 */
final class Evictions implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(Evictions.class.getName());
    private static final long LOOK_EVERY = 10_000;
    private static final long LEAST_MEMORY = 100L << 20;
    /** Less than a tenth of the disk is too little, unless a gigabyte is left. */
    private static final long ENOUGH_DISK = 1L << 30;
    private static final int TENTH = 10;

    private final PodParts parts;
    private final Supplier<List<Pod>> pods;
    private final BiConsumer<Pod, Eviction> evict;
    private final ImageCollector images;
    private final Thread thread;
    private volatile Pressure pressure = new Pressure(false, false);

    /** @param disrupted whether the Pod is told to have been in the way, rather than at fault */
    record Eviction(String message, boolean disrupted) {}

    /** What the node lacks. */
    record Pressure(boolean memory, boolean disk) {}

    Evictions(PodParts parts, Supplier<List<Pod>> pods, BiConsumer<Pod, Eviction> evict) {
        this.parts = parts;
        this.pods = pods;
        this.evict = evict;
        this.images = new ImageCollector(parts.cri());
        this.thread = Thread.ofVirtual().name("evictions").unstarted(this::keep);
    }

    void start() {
        thread.start();
    }

    Pressure pressure() {
        return pressure;
    }

    private void keep() {
        try {
            while (true) {
                try {
                    look();
                } catch (IOException | StatusRuntimeException e) {
                    LOG.log(DEBUG, "evictions: {0}", e.getMessage());
                }
                TimeUnit.MILLISECONDS.sleep(LOOK_EVERY);
            }
        } catch (InterruptedException e) {
            // Closed.
            return;
        }
    }

    private void look() throws IOException {
        var active = pods.get().stream().filter(p -> !PodPhase.terminal(p) && !StaticPods.mirror(p) && p.getMetadata().getDeletionTimestamp() == null).toList();
        boolean fault = false;
        for (var pod : active) {
            var message = overfull(pod);
            if (message.isPresent()) {
                evict.accept(pod, new Eviction(message.get(), false));
                fault = true;
            }
        }
        var memory = available();
        boolean tight = memory < LEAST_MEMORY;
        var disk = Files.getFileStore(parts.place().folder());
        var least = Math.min(disk.getTotalSpace() / TENTH, ENOUGH_DISK);
        if (disk.getUsableSpace() < 2 * least) {
            images.collect();
        }
        boolean full = disk.getUsableSpace() < least;
        pressure = new Pressure(tight, full);
        if (fault) {
            return;
        }
        if (tight) {
            first(active, this::memoryUsed, "memory").ifPresent(p -> evict(p, "memory", LEAST_MEMORY, memory));
        } else if (full) {
            first(active, this::diskUsed, "ephemeral-storage").ifPresent(p -> evict(p, "ephemeral-storage", least, disk(disk)));
        }
    }

    private static long disk(java.nio.file.FileStore store) {
        try {
            return store.getUsableSpace();
        } catch (IOException e) {
            return 0;
        }
    }

    private void evict(Pod pod, String resource, long threshold, long available) {
        LOG.log(WARNING, "node: {0} runs short, pod {1}/{2} is evicted", resource, pod.getMetadata().getNamespace(), pod.getMetadata().getName());
        evict.accept(pod, new Eviction("The node was low on resource: " + resource + ". Threshold quantity: " + threshold + ", available: " + available / 1024 + "Ki. ", true));
    }

    private interface Used {
        long of(Pod pod);
    }

    private static Optional<Pod> first(List<Pod> pods, Used used, String resource) {
        return pods.stream().filter(p -> Optional.ofNullable(p.getSpec().getPriority()).orElse(0) < 2_000_000_000).min(Comparator
                .comparing((Pod p) -> used.of(p) <= requested(p, resource))
                .thenComparing(p -> Optional.ofNullable(p.getSpec().getPriority()).orElse(0))
                .thenComparing(p -> requested(p, resource) - used.of(p)));
    }

    private static long requested(Pod pod, String resource) {
        return pod.getSpec().getContainers().stream().mapToLong(c -> QosClass.amount(QosClass.requests(c).get(resource)).longValue()).sum();
    }

    private long memoryUsed(Pod pod) {
        var below = parts.place().cgroup().substring(1) + "/pod" + pod.getMetadata().getUid();
        for (var file : List.of("memory/" + below + "/memory.usage_in_bytes", below + "/memory.current")) {
            try {
                return Long.parseLong(Files.readString(Path.of("/sys/fs/cgroup", file)).strip());
            } catch (IOException | NumberFormatException e) {
                // The other version of control groups, or the Pod has just gone.
                continue;
            }
        }
        return 0;
    }

    private long diskUsed(Pod pod) {
        try {
            return size(parts.place().pod(pod.getMetadata().getUid()));
        } catch (IOException e) {
            return 0;
        }
    }

    /** What the Pod has too much of, in the kubelet's words. */
    private Optional<String> overfull(Pod pod) throws IOException {
        for (var volume : pod.getSpec().getVolumes()) {
            var source = volume.getEmptyDir();
            if (source != null && source.getSizeLimit() != null && !"Memory".equals(source.getMedium()) && source.getSizeLimit().getNumericalAmount().signum() > 0) {
                var used = size(parts.place().pod(pod.getMetadata().getUid()).resolve("volumes").resolve(volume.getName()));
                if (used > source.getSizeLimit().getNumericalAmount().longValue()) {
                    return Optional.of("Usage of EmptyDir volume \"" + volume.getName() + "\" exceeds the limit \"" + text(source.getSizeLimit()) + "\". ");
                }
            }
        }
        return Optional.empty();
    }

    private static String text(Quantity quantity) {
        return quantity.getAmount() + Optional.ofNullable(quantity.getFormat()).orElse("");
    }

    /** Of what lies below, as the disk has it. */
    private static long size(Path folder) throws IOException {
        if (Files.notExists(folder)) {
            return 0;
        }
        try (var all = Files.walk(folder)) {
            return all.filter(p -> Files.isRegularFile(p, LinkOption.NOFOLLOW_LINKS)).mapToLong(p -> {
                try {
                    return Files.size(p);
                } catch (IOException e) {
                    // Deleted meanwhile.
                    return 0;
                }
            }).sum();
        } catch (java.io.UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static long available() throws IOException {
        for (var line : Files.readAllLines(Path.of("/proc/meminfo"))) {
            if (line.startsWith("MemAvailable:")) {
                return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
            }
        }
        return Long.MAX_VALUE;
    }

    @Override
    public void close() {
        thread.interrupt();
    }
}
