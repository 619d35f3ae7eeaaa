package dev.skerry.program;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.skerry.kube.pki.Pem;
import dev.skerry.kube.pki.TlsContexts;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** The program as a process of its own, which a test may kill. */
final class SiteProcess implements AutoCloseable {

    private final Process process;
    private final Path data;
    private final CompletableFuture<Map<String, String>> ready = new CompletableFuture<>();

    private SiteProcess(Process process, Path data) {
        this.process = process;
        this.data = data;
    }

    static SiteProcess start(Path config, Path data, Path log) throws IOException {
        var command = List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx192m", "--enable-native-access=ALL-UNNAMED", "--sun-misc-unsafe-memory-access=allow",
                "-cp", System.getProperty("java.class.path"), "dev.skerry.program.Main", "up", "--config", config.toString(), "--data", data.toString());
        var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.appendTo(log.toFile())).start();
        var site = new SiteProcess(process, data);
        Thread.ofVirtual().name("output-" + process.pid()).start(site::read);
        return site;
    }

    private void read() {
        try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                if (line.startsWith("ready")) {
                    var words = new HashMap<String, String>();
                    for (var word : line.split(" ")) {
                        var equals = word.indexOf('=');
                        words.put(equals < 0 ? word : word.substring(0, equals), word.substring(equals + 1));
                    }
                    ready.complete(words);
                }
            }
            ready.completeExceptionally(new IOException("ended before it was ready"));
        } catch (IOException e) {
            ready.completeExceptionally(e);
        }
    }

    Map<String, String> awaitReady() throws InterruptedException, ExecutionException, TimeoutException {
        return ready.get(90, TimeUnit.SECONDS);
    }

    boolean isReady() {
        return ready.isDone() && !ready.isCompletedExceptionally();
    }

    KubernetesClient client() throws IOException {
        return Kubeconfig.read(data.resolve("kubeconfig"));
    }

    /** What its console answers. */
    JsonNode ask(String path) throws Exception {
        var authority = Pem.certificates(Files.readString(data.resolve("pki/ca.crt"))).getFirst();
        var password = Files.readString(data.resolve("console-password")).strip();
        try (var http = HttpClient.newBuilder().sslContext(TlsContexts.trusting(List.of(authority))).build()) {
            var request = HttpRequest.newBuilder(URI.create(awaitReady().get("console") + path))
                    .header("Authorization", "Basic " + Base64.getEncoder().encodeToString(("admin:" + password).getBytes(StandardCharsets.UTF_8)))
                    .timeout(Duration.ofSeconds(20)).build();
            return new ObjectMapper().readTree(http.send(request, BodyHandlers.ofString()).body());
        }
    }

    /** As a power cut of this process only. */
    void kill() throws InterruptedException {
        process.destroyForcibly().waitFor();
    }

    /** Asks it to end, and waits. */
    @Override
    public void close() {
        process.destroy();
        try {
            if (!process.waitFor(30, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
