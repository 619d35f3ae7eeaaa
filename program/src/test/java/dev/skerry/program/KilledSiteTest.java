package dev.skerry.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skerry.data.DurableLog;
import dev.skerry.data.History.Point;
import dev.skerry.data.LogSettings;
import dev.skerry.data.SeriesKey;
import dev.skerry.devices.simulator.Simulator;
import dev.skerry.kube.node.BusyboxImage;
import dev.skerry.kube.node.Images;
import dev.skerry.kube.node.Teardown;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.LongStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * A site's process is killed again and again, at moments that nobody chose, while it starts containers, stores objects and reads
 * a machine. What it has acknowledged must be there, and the containers must not have noticed.
 */
class KilledSiteTest {

    private static final int KILLS = 20;
    private static final Duration LONG = Duration.ofSeconds(90);
    private static final String PLANT = """
            apiVersion: skerry.dev/v1alpha1
            kind: DeviceModel
            metadata: {name: chiller, namespace: default}
            spec:
              properties:
                - {name: flowTemperature, type: float, unit: "[degF]", access: read}
                - {name: setPoint, type: float, unit: "[degF]", access: readWrite, range: {min: 38, max: 60}}
            ---
            apiVersion: skerry.dev/v1alpha1
            kind: Device
            metadata: {name: chiller-1, namespace: default}
            spec:
              model: chiller
              endpoint: "%s?unit=1"
              pollEvery: 20ms
              points:
                - {property: flowTemperature, address: "holding:0", encoding: int16, scale: 0.1}
                - {property: setPoint, address: "holding:10", encoding: int16, scale: 0.1}
            ---
            apiVersion: apps/v1
            kind: Deployment
            metadata: {name: app, namespace: default}
            spec:
              replicas: 2
              selector: {matchLabels: {app: app}}
              template:
                metadata: {labels: {app: app}}
                spec:
                  terminationGracePeriodSeconds: 1
                  containers: [{name: app, image: "local/busybox:1", command: [sleep, "100000"]}]
            """;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path folder;

    private final Map<String, Long> readings = new HashMap<>();
    private final TreeSet<String> acknowledged = new TreeSet<>();

    @AfterEach
    void endContainers() throws Exception {
        Teardown.of(folder.resolve("data/node"));
        try (var all = Files.walk(folder)) {
            for (var path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }

    @Test
    void losesNothingThatItAcknowledgedAndLeavesContainersAlone() throws Exception {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/containerd")) && "root".equals(System.getProperty("user.name")), "no containerd, or not root: no Pods here");
        long seed = Long.getLong("skerry.seed", System.nanoTime());
        System.out.println("seed " + seed);
        var random = new Random(seed);
        var config = Files.writeString(folder.resolve("site.yaml"), "name: site\napi: {port: 0}\nconsole: {port: 0}\n");
        try (var simulator = Simulator.start(Path.of(System.getProperty("skerry.root"), "blueprints/plant/data"), 0, 10)) {
            var before = begin(config, simulator);
            for (int kill = 1; kill < KILLS; kill++) {
                var site = start(config);
                boolean whileStarting = random.nextInt(3) == 0;
                if (whileStarting) {
                    TimeUnit.MILLISECONDS.sleep(random.nextInt(3_000));
                } else {
                    site.awaitReady();
                    load(site, kill, Duration.ofMillis(random.nextInt(1_500)));
                }
                site.kill();
            }
            finish(config, before);
        }
        verifyReadings();
    }

    private SiteProcess start(Path config) throws IOException {
        return SiteProcess.start(config, folder.resolve("data"), folder.resolve("site.log"));
    }

    /** The first life: until everything runs. Answers the containers. */
    private Map<String, String> begin(Path config, Simulator simulator) throws Exception {
        var site = start(config);
        try {
            site.awaitReady();
            try (var client = site.client()) {
                await().atMost(LONG).until(() -> client.nodes().list().getItems().stream()
                        .anyMatch(n -> n.getStatus().getConditions().stream().anyMatch(c -> c.getType().equals("Ready") && c.getStatus().equals("True"))));
                var archive = folder.resolve("busybox.tar");
                BusyboxImage.write(archive, "local/busybox:1");
                new Images(folder.resolve("data/node")).load(archive);
                client.load(new java.io.ByteArrayInputStream(PLANT.formatted(simulator.address()).getBytes(java.nio.charset.StandardCharsets.UTF_8))).serverSideApply();
                await().atMost(LONG).until(() -> containers(client).size() == 2);
                var running = containers(client);
                load(site, 0, Duration.ofSeconds(1));
                return running;
            }
        } finally {
            site.kill();
        }
    }

    /** Container ids by Pod, of those that are ready. */
    private static Map<String, String> containers(KubernetesClient client) {
        var all = new HashMap<String, String>();
        for (Pod pod : client.pods().inNamespace("default").withLabel("app", "app").list().getItems()) {
            for (var status : pod.getStatus().getContainerStatuses()) {
                if (Boolean.TRUE.equals(status.getReady())) {
                    all.put(pod.getMetadata().getUid(), status.getContainerID() + " restarts " + status.getRestartCount());
                }
            }
        }
        return all;
    }

    /** Creates objects until it is over, noting what was acknowledged, and what of the readings could be seen. */
    private void load(SiteProcess site, int life, Duration howLong) throws Exception {
        var over = new AtomicBoolean();
        try (var client = site.client()) {
            var writer = Thread.ofVirtual().start(() -> {
                for (int i = 0; !over.get(); i++) {
                    ConfigMap map = new ConfigMapBuilder().withNewMetadata().withName("kept-" + life + "-" + i).withNamespace("default").endMetadata()
                            .addToData("life", Integer.toString(life)).build();
                    try {
                        client.resource(map).create();
                        synchronized (acknowledged) {
                            acknowledged.add(map.getMetadata().getName());
                        }
                    } catch (KubernetesClientException e) {
                        return; // Killed meanwhile: not acknowledged.
                    }
                }
            });
            TimeUnit.NANOSECONDS.sleep(howLong.toNanos());
            for (var series : site.ask("/api/series")) {
                readings.merge(series.path("key").path("device").asText() + "/" + series.path("key").path("property").asText(), series.path("sequence").asLong(), Math::max);
            }
            over.set(true);
            writer.join();
        }
    }

    private void finish(Path config, Map<String, String> before) throws Exception {
        try (var site = start(config)) {
            site.awaitReady();
            try (var client = site.client()) {
                var names = new TreeSet<String>();
                client.configMaps().inNamespace("default").list().getItems().forEach(m -> names.add(m.getMetadata().getName()));
                assertThat(acknowledged).hasSizeGreaterThan(KILLS);
                assertThat(names).containsAll(acknowledged);
                await().atMost(LONG).untilAsserted(() -> assertThat(containers(client)).isEqualTo(before));
                await().atMost(LONG).until(() -> "Online".equals(client.resources(dev.skerry.model.Device.class).inNamespace("default").withName("chiller-1").get().getStatus().state()));
            }
        }
    }

    /** Each series is there from its first number on, each number once, and at least as far as anybody has seen it. */
    private void verifyReadings() throws IOException {
        try (var log = DurableLog.open(folder.resolve("data/log"), LogSettings.defaults(), InstantSource.system())) {
            var series = log.series(new SeriesKey("", "", "", ""), 100);
            assertThat(series).hasSize(2);
            for (var one : series) {
                List<Point> points = new ArrayList<>(log.range(one.key(), Instant.EPOCH, Instant.now().plusSeconds(3_600), 1_000_000));
                var sequences = points.stream().map(Point::sequence).toList();
                assertThat(sequences).isEqualTo(LongStream.rangeClosed(1, sequences.size()).boxed().toList());
                assertThat((long) sequences.size()).isGreaterThanOrEqualTo(readings.get(one.key().device() + "/" + one.key().property()));
            }
        }
    }
}
