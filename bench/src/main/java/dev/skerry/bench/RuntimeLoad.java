package dev.skerry.bench;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodTemplateSpecBuilder;
import io.fabric8.kubernetes.api.model.apps.DeploymentBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** One site under the load that the recorded node had: Pods one by one, many at once, many for long; then kills, and a boot after a power cut. */
final class RuntimeLoad {

    private static final String NAMESPACE = "default";
    private static final Duration LONG = Duration.ofSeconds(180);
    private static final int TEN = 10;
    private static final int THIRTY = 30;
    private static final int SETTLE_SECONDS = 15;
    private static final double MINUTE = 60;
    private static final double NANOS = 1e9;

    private final RuntimeSite site;
    private final int idleSeconds;
    private final Figures figures;
    private int made;

    private RuntimeLoad(RuntimeSite site, int idleSeconds, Figures figures) {
        this.site = site;
        this.idleSeconds = idleSeconds;
        this.figures = figures;
    }

    static void measure(Path folder, int single, int pods, int kills, int idleSeconds, Figures figures) throws IOException, InterruptedException {
        try (var site = RuntimeSite.start(folder, "")) {
            var load = new RuntimeLoad(site, idleSeconds, figures);
            load.starts(single, pods);
            load.many(pods, kills);
            load.none();
            site.stop();
            PlainRuntime.measure(site.processes(), single, List.of(TEN, THIRTY, pods), figures);
        }
    }

    private void starts(int single, int pods) throws IOException, InterruptedException {
        // As the program is after a boot, not as after an image was brought in.
        site.stop();
        site.up();
        TimeUnit.SECONDS.sleep(idleSeconds);
        idle("");
        try (var watch = new PodWatch(site.client(), NAMESPACE)) {
            var warm = new Latencies(1);
            together(watch, 1, warm);
            figures.add("podStartFirstMs", warm.millis(100), "ms");
            clear();
            var one = new Latencies(Math.max(single, TEN));
            for (int i = 0; i < Math.max(single, TEN); i++) {
                together(watch, 1, one);
                if (i == TEN - 1) {
                    TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
                    figures.add("siteMbWith10Pods", site.size().all(), "MB");
                }
            }
            one.into(figures, "podStart");
            clear();
            for (int count : List.of(TEN, THIRTY, pods)) {
                var took = new Latencies(count);
                var seconds = together(watch, count, took);
                took.into(figures, "pods" + count + "AtOnceStart");
                figures.add("pods" + count + "AtOnceSeconds", seconds, "s");
                clear();
            }
        }
    }

    /** Adds what an idle site takes. */
    private void idle(String with) throws IOException, InterruptedException {
        var cpu = site.cpuSeconds();
        TimeUnit.SECONDS.sleep(idleSeconds);
        figures.add("cpuSecondsPerIdleMinute" + with, (site.cpuSeconds() - cpu) * MINUTE / idleSeconds, "s");
        var size = site.size();
        figures.add(with.isEmpty() ? "siteMbIdle" : "siteMb" + with, size.all(), "MB");
        figures.add("skerryMb" + (with.isEmpty() ? "Idle" : with), size.skerryMb(), "MB");
        figures.add("containerdMb" + (with.isEmpty() ? "Idle" : with), size.containerdMb(), "MB");
    }

    /** So many Pods at the same moment, until each is ready; each from its own request on. @return seconds until the last */
    private double together(PodWatch watch, int count, Latencies into) throws IOException, InterruptedException {
        var client = site.client();
        var names = IntStream.range(0, count).mapToObj(i -> "pod-" + made++).toList();
        var began = new ConcurrentHashMap<String, Long>();
        var failures = new ConcurrentHashMap<String, String>();
        var first = System.nanoTime();
        var threads = new ArrayList<Thread>();
        for (var name : names) {
            threads.add(Thread.ofVirtual().start(() -> {
                began.put(name, System.nanoTime());
                try {
                    client.resource(pod(name)).create();
                } catch (KubernetesClientException e) {
                    failures.put(name, String.valueOf(e.getMessage()));
                }
            }));
        }
        for (var thread : threads) {
            thread.join();
        }
        if (!failures.isEmpty()) {
            throw new IOException("Pods: not made: " + failures);
        }
        var ready = watch.awaitReady(names, LONG);
        long last = first;
        for (var name : names) {
            long at = ready.getOrDefault(name, first);
            into.add(at - began.getOrDefault(name, first));
            last = Math.max(last, at);
        }
        return (last - first) / NANOS;
    }

    /** Returns when nothing of any Pod is left on the machine. */
    private void clear() throws IOException, InterruptedException {
        site.client().pods().inNamespace(NAMESPACE).withGracePeriod(0).delete();
        var end = System.nanoTime() + LONG.toNanos();
        while (!now(site.client()).isEmpty() || !site.processes().shims().isEmpty()) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("Pods: " + now(site.client()) + " " + LONG.toSeconds() + "s after they were deleted (expected: none)");
            }
            TimeUnit.MILLISECONDS.sleep(100);
        }
    }

    private static Pod pod(String name) {
        return new PodBuilder().withNewMetadata().withName(name).withNamespace(NAMESPACE).endMetadata()
                .withNewSpec().withTerminationGracePeriodSeconds(0L)
                .addNewContainer().withName("main").withImage(RuntimeSite.IMAGE).withCommand(RuntimeSite.sleeper()).endContainer()
                .endSpec().build();
    }

    private void many(int pods, int kills) throws IOException, InterruptedException {
        var idle = site.size();
        var template = new PodTemplateSpecBuilder().withNewMetadata().addToLabels("app", "many").endMetadata().withSpec(pod("many").getSpec()).build();
        var deployment = new DeploymentBuilder().withNewMetadata().withName("many").withNamespace(NAMESPACE).endMetadata()
                .withNewSpec().withReplicas(pods).withNewSelector().addToMatchLabels("app", "many").endSelector().withTemplate(template).endSpec().build();
        var began = System.nanoTime();
        site.client().resource(deployment).create();
        awaitReady(pods, 0);
        figures.add("deploymentReadySeconds", (System.nanoTime() - began) / NANOS, "s");
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        idle("With" + pods + "Pods");
        var size = site.size();
        figures.add("mbPerPod", (size.skerryMb() + size.containerdMb() - idle.skerryMb() - idle.containerdMb()) / pods, "MB");
        figures.add("mbPerPodWithItsShim", (size.all() - idle.all()) / pods, "MB");
        kills(kills);
        boot(pods);
    }

    private void awaitReady(int pods, int restarts) throws IOException, InterruptedException {
        try (var watch = new PodWatch(site.client(), NAMESPACE)) {
            watch.await(all -> all.size() == pods && all.values().stream().allMatch(s -> s.ready() && s.restarts() >= restarts), pods + " ready, restarted " + restarts + " times", LONG);
        }
    }

    private void none() throws IOException, InterruptedException {
        site.client().apps().deployments().inNamespace(NAMESPACE).withName("many").delete();
        clear();
    }

    private static Map<String, PodWatch.Seen> now(KubernetesClient client) {
        return client.pods().inNamespace(NAMESPACE).list().getItems().stream().collect(Collectors.toMap(p -> p.getMetadata().getName(), PodWatch::seen, (a, b) -> a, TreeMap::new));
    }

    /** Kills skerry, containerd, and both, in turn; containers must not notice. */
    private void kills(int kills) throws IOException, InterruptedException {
        var before = now(site.client());
        var back = new Latencies(Math.max(1, kills));
        for (int kill = 0; kill < kills; kill++) {
            var containerd = site.processes().containerd();
            boolean skerry = kill % 3 != 1;
            if (skerry) {
                site.kill();
            }
            if (kill % 3 != 0 && containerd.isPresent()) {
                dev.skerry.testkit.NodeProcesses.kill(containerd.get());
            }
            if (skerry) {
                var began = System.nanoTime();
                site.up();
                back.add(System.nanoTime() - began);
            }
        }
        TimeUnit.SECONDS.sleep(SETTLE_SECONDS);
        var after = now(site.client());
        figures.add("kills", kills, "kills");
        figures.add("restartsAfterKills", changed(before, after), "containers");
        figures.add("readyAfterKillP50Ms", back.millis(50), "ms");
    }

    /** How many Pods are not what they were: other ones, restarted ones, lost ones. */
    static int changed(Map<String, PodWatch.Seen> before, Map<String, PodWatch.Seen> after) {
        int changed = 0;
        for (var name : before.keySet()) {
            changed += before.get(name).equals(after.get(name)) ? 0 : 1;
        }
        return changed + (int) after.keySet().stream().filter(n -> !before.containsKey(n)).count();
    }

    /** Everything is killed, containers too, as when the power goes; then until all are ready again. */
    private void boot(int pods) throws IOException, InterruptedException {
        var restarts = now(site.client()).values().stream().mapToInt(PodWatch.Seen::restarts).max().orElse(0);
        site.killAll();
        var began = System.nanoTime();
        site.up();
        figures.add("coldBootApiSeconds", (System.nanoTime() - began) / NANOS, "s");
        awaitReady(pods, restarts + 1);
        figures.add("coldBootSeconds", (System.nanoTime() - began) / NANOS, "s");
        figures.add("coldBootPods", pods, "Pods");
    }
}
