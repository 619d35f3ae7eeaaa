package dev.skerry.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.skerry.devices.simulator.Simulator;
import dev.skerry.model.Device;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The console as a person meets it: a whole skerry with a machine and a rule, and a browser that signs in, reads each page
 * in both languages, on a telephone and in the dark. The pictures stay in {@code target/console} for a person to look at.
 */
class ConsoleInChromiumTest {

    private static final Path ROOT = Path.of(System.getProperty("skerry.root"));
    private static final Path PAGE = ROOT.resolve("console/web");
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final Path NODE = Path.of("/usr/bin/node");
    private static final Duration MOST = Duration.ofMinutes(5);
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
              pollEvery: 50ms
              points:
                - {property: flowTemperature, address: "holding:0", encoding: int16, scale: 0.1}
                - {property: setPoint, address: "holding:10", encoding: int16, scale: 0.1}
            ---
            apiVersion: skerry.dev/v1alpha1
            kind: Rule
            metadata: {name: cool-down, namespace: default}
            spec:
              sql: SELECT device, flowTemperature FROM chiller WHERE flowTemperature > 40 AND setPoint > 44
              actions:
                - write: {device: "{{.device}}", property: setPoint, value: "44"}
                - alert: {severity: warning, message: "{{.device}} above 40 °F"}
            """;

    @Test
    void showsEachPageToAPersonInBothLanguages(@TempDir Path folder) throws Exception {
        assumeTrue(Files.isExecutable(CHROMIUM), CHROMIUM + " is missing (./skerry setup installs it)");
        assumeTrue(Files.isExecutable(NODE), NODE + " is missing (./skerry setup installs it)");
        assumeTrue(Files.isDirectory(PAGE.resolve("node_modules/playwright-core")), PAGE + "/node_modules is missing (the build of console makes it)");
        var config = ConfigFile.parse("site.yaml", """
                name: site-a
                api: {port: 0}
                console: {port: 0}
                runtime: {enabled: false}
                """).withData(folder.resolve("data"));

        try (var machines = Simulator.start(ROOT.resolve("blueprints/plant/data"), 0, 10);
                var skerry = Skerry.start(config);
                var client = client(config.data().resolve("kubeconfig"))) {
            client.load(stream(PLANT.formatted(machines.address()))).serverSideApply();
            await().atMost(Duration.ofSeconds(60)).untilAsserted(() -> assertThat(client.resources(Device.class).inNamespace("default").withName("chiller-1").get())
                    .satisfies(d -> assertThat(d.getStatus()).isNotNull().satisfies(s -> assertThat(s.state()).isEqualTo("Online"))));

            var seen = browse(folder, consoleAddress(skerry), Files.readString(config.data().resolve("console-password")).strip());

            assertThat(seen.status()).as(seen.output()).isZero();
            assertThat(seen.output()).containsPattern("(?m)^[1-9][0-9]* passed, 0 failed$");
        }
    }

    private record Seen(int status, String output) {}

    /** Runs the browser to its end, and whatever it started. */
    private static Seen browse(Path folder, String address, String password) throws IOException, InterruptedException {
        var output = folder.resolve("browser.log");
        var builder = new ProcessBuilder(List.of(
                NODE.toString(), PAGE.resolve("e2e/run.mjs").toString(),
                "--url", address, "--password", password, "--chromium", CHROMIUM.toString(),
                "--out", ROOT.resolve("program/target/console").toString(), "--chart", "--alert"));
        // Its profile is removed with the test's folder, also when it cannot do so itself.
        builder.environment().put("TMPDIR", Files.createDirectories(folder.resolve("browser")).toString());
        var process = builder.redirectErrorStream(true).redirectOutput(output.toFile()).start();
        Set<ProcessHandle> started = new HashSet<>();
        try {
            await().atMost(MOST).pollInterval(Duration.ofMillis(200)).until(() -> {
                process.descendants().forEach(started::add);
                return !process.isAlive();
            });
            return new Seen(process.exitValue(), Files.readString(output));
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("the browser was not done in " + MOST + ":\n" + Files.readString(output), e);
        } finally {
            end(process, started);
        }
    }

    /** The browser's processes lose their parent when it ends: they are ended one by one. */
    private static void end(Process process, Set<ProcessHandle> started) throws InterruptedException {
        process.destroy();
        if (!process.waitFor(10, TimeUnit.SECONDS)) {
            process.destroyForcibly();
        }
        started.forEach(ProcessHandle::destroyForcibly);
        await().atMost(Duration.ofSeconds(10)).until(() -> !process.isAlive() && started.stream().noneMatch(ProcessHandle::isAlive));
    }

    private static String consoleAddress(Skerry skerry) {
        var found = Pattern.compile(" console=(\\S+)").matcher(skerry.readyLine());
        assertThat(found.find()).as(skerry.readyLine()).isTrue();
        return found.group(1);
    }

    private static KubernetesClient client(Path kubeconfig) throws IOException {
        return new KubernetesClientBuilder().withConfig(Config.fromKubeconfig(Files.readString(kubeconfig))).build();
    }

    private static InputStream stream(String text) {
        return new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
    }
}
