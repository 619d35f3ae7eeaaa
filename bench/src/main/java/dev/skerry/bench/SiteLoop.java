package dev.skerry.bench;

import dev.skerry.model.Device;
import dev.skerry.model.Rule;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * The Modbus loop as a user has it: a whole site in a process of its own, and a model, a device and a rule applied to its API. Both ends of
 * each turn are taken at the unit, which is here.
 */
final class SiteLoop {

    private static final Duration START = Duration.ofSeconds(90);
    private static final Duration RUNNING = Duration.ofSeconds(20);
    private static final String NAMESPACE = "default";
    private static final String OBJECTS = """
            apiVersion: skerry.dev/v1alpha1
            kind: DeviceModel
            metadata: {name: tank, namespace: default}
            spec:
              properties:
                - {name: level, type: integer, access: read}
                - {name: valve, type: integer, access: write}
            ---
            apiVersion: skerry.dev/v1alpha1
            kind: Device
            metadata: {name: tank-1, namespace: default}
            spec:
              model: tank
              endpoint: "%s?unit=1"
              pollEvery: %dms
              points:
                - {property: level, address: "%s", encoding: int16}
                - {property: valve, address: "%s", encoding: int16}
            ---
            apiVersion: skerry.dev/v1alpha1
            kind: Rule
            metadata: {name: valve, namespace: default}
            spec:
              sql: "SELECT device, level FROM tank WHERE level > 0"
              actions:
                - write: {device: "{{.device}}", property: valve, value: "{{.level}}"}
            """;

    private SiteLoop() {}

    static void measure(Path folder, int warmUp, int samples, Duration pollEvery, Figures figures) throws IOException, InterruptedException {
        try (var unit = ModbusUnit.start();
                var site = Launcher.find().up(folder, "site", "runtime: {enabled: false}\n")) {
            try (var client = Launcher.client(site.awaitReady(START).get("kubeconfig"))) {
                var objects = OBJECTS.formatted(unit.address(), pollEvery.toMillis(), ModbusUnit.SENSOR, ModbusUnit.ACTUATOR);
                client.load(new ByteArrayInputStream(objects.getBytes(StandardCharsets.UTF_8))).serverSideApply();
                awaitRunning(client);
                ModbusTurns.measure(unit, warmUp, samples, pollEvery, () -> state(client), "siteModbus", figures);
            }
            figures.add("siteBusyMb", site.residentMb(), "MB");
        }
    }

    private static void awaitRunning(KubernetesClient client) throws IOException, InterruptedException {
        var end = System.nanoTime() + RUNNING.toNanos();
        for (var state = state(client); !state.equals("device Online, rule Running"); state = state(client)) {
            if (System.nanoTime() - end > 0) {
                throw new IOException("site: " + state + " after " + RUNNING.toSeconds() + "s (expected: device Online, rule Running)");
            }
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    private static String state(KubernetesClient client) {
        var device = Optional.ofNullable(client.resources(Device.class).inNamespace(NAMESPACE).withName("tank-1").get())
                .map(Device::getStatus)
                .map(s -> s.state());
        var rule = Optional.ofNullable(client.resources(Rule.class).inNamespace(NAMESPACE).withName("valve").get())
                .map(Rule::getStatus)
                .map(s -> s.state());
        return "device " + device.orElse("unknown") + ", rule " + rule.orElse("unknown");
    }
}
