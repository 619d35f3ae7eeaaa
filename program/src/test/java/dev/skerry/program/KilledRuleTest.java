package dev.skerry.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.skerry.data.DurableLog;
import dev.skerry.data.FileEventLog;
import dev.skerry.data.LogSettings;
import dev.skerry.data.SeriesKey;
import dev.skerry.devices.simulator.Simulator;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The program is killed in the middle of a window: what the window tells afterwards is what the readings on disk add up to. */
class KilledRuleTest {

    private static final Duration LONG = Duration.ofSeconds(90);
    private static final int WINDOW = 15;
    private static final String PLANT = """
            apiVersion: skerry.dev/v1alpha1
            kind: DeviceModel
            metadata: {name: chiller, namespace: default}
            spec:
              properties:
                - {name: flowTemperature, type: float, unit: "[degF]", access: read}
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
            ---
            apiVersion: skerry.dev/v1alpha1
            kind: Rule
            metadata: {name: sums, namespace: default}
            spec:
              sql: SELECT device, count(*) AS n, sum(flowTemperature) AS s, window_end() AS e FROM chiller GROUP BY device, TUMBLINGWINDOW(ss, 15)
              options: {eventTime: true}
              actions:
                - alert: {severity: info, message: "{{.e}}"}
            """;

    @TempDir
    Path folder;

    @Test
    void aWindowThatWasCutByAKillAddsUpToTheReadingsOnDisk() throws Exception {
        var config = Files.writeString(folder.resolve("site.yaml"), "name: site\napi: {port: 0}\nmodules: [devices, streams]\nruntime: {enabled: false}\n");
        long window;
        try (var simulator = Simulator.start(Path.of(System.getProperty("skerry.root"), "blueprints/plant/data"), 0, 10)) {
            var site = start(config);
            try {
                site.awaitReady();
                try (var client = site.client()) {
                    client.load(new ByteArrayInputStream(PLANT.formatted(simulator.address()).getBytes(StandardCharsets.UTF_8))).serverSideApply();
                    await().atMost(LONG).until(() -> rowsIn(client) > 0);
                }
                // A window that begins with the rule at work: what the device read before there was a rule is none of its.
                var first = seconds() / WINDOW + 1;
                await().atMost(LONG).until(() -> seconds() / WINDOW >= first && seconds() % WINDOW >= WINDOW / 2 && seconds() % WINDOW < WINDOW - 2);
                window = seconds() / WINDOW * WINDOW * 1_000;
            } finally {
                site.kill();
            }
            try (var again = start(config)) {
                again.awaitReady();
                try (var client = again.client()) {
                    await().atMost(LONG).until(() -> rowsIn(client) > 0 && seconds() * 1_000 > window + (WINDOW + 2) * 1_000);
                }
            }
        }
        verify(window);
    }

    private void verify(long window) throws Exception {
        try (var log = DurableLog.open(folder.resolve("data/log"), LogSettings.defaults(), InstantSource.system());
                var events = FileEventLog.open(folder.resolve("data/events"))) {
            var points = log.range(new SeriesKey("", "default", "chiller-1", "flowTemperature"), Instant.ofEpochMilli(window), Instant.ofEpochMilli(window + WINDOW * 1_000), 100_000);
            var told = events.newest(100).stream().filter(e -> e.kind().equals("alert") && e.message().equals(Long.toString(window + WINDOW * 1_000))).toList();
            assertThat(told).hasSize(1);
            var row = told.getFirst().fields();
            System.out.println("window of " + points.size() + " readings, told: " + row);
            assertThat(Long.parseLong(row.get("n"))).isEqualTo(points.size()).isGreaterThan(50);
            double sum = points.stream().mapToDouble(p -> ((Number) p.value()).doubleValue()).sum();
            assertThat(Double.parseDouble(row.get("s"))).isCloseTo(sum, Offset.offset(1e-3));
        }
    }

    private SiteProcess start(Path config) throws Exception {
        return SiteProcess.start(config, folder.resolve("data"), folder.resolve("site.log"));
    }

    private static long seconds() {
        return System.currentTimeMillis() / 1_000;
    }

    private static long rowsIn(KubernetesClient client) {
        var rule = client.resources(dev.skerry.model.Rule.class).inNamespace("default").withName("sums").get();
        return rule == null || rule.getStatus() == null || rule.getStatus().rowsIn() == null ? 0 : 1;
    }
}
