package dev.skerry.bench;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.internal.SSLUtils;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/** A {@code ./skerry up} with no module, and requests to it as its administrator. The load comes from this process, whose processor time is not counted. */
final class PlainApi implements AutoCloseable {

    private static final Duration START = Duration.ofSeconds(300);
    private static final Duration ANSWER = Duration.ofSeconds(60);
    private static final String SETTINGS = "modules: []\nruntime: {enabled: false}\n";

    private final Child child;
    private final double readySeconds;
    private final String url;
    private final Path kubeconfig;
    private final SSLContext tls;
    private final HttpClient http;

    private PlainApi(Child child, Child.Ready ready) throws IOException {
        this.child = child;
        readySeconds = ready.seconds();
        url = ready.get("api");
        kubeconfig = Path.of(ready.get("kubeconfig"));
        try {
            tls = SSLUtils.sslContext(Config.fromKubeconfig(Files.readString(kubeconfig)));
        } catch (GeneralSecurityException e) {
            throw new IOException(kubeconfig + ": its certificates cannot be used", e);
        }
        http = newHttp();
    }

    /** Starts one over whatever the folder has of it already. */
    static PlainApi start(Path folder) throws IOException, InterruptedException {
        var child = Launcher.find().up(folder, "plain", SETTINGS);
        try {
            return new PlainApi(child, child.awaitReady(START));
        } catch (IOException | InterruptedException | RuntimeException e) {
            child.close();
            throw e;
        }
    }

    Child process() {
        return child;
    }

    Path kubeconfig() {
        return kubeconfig;
    }

    double readySeconds() {
        return readySeconds;
    }

    /** With connections of its own. */
    HttpClient newHttp() {
        return HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(tls).build();
    }

    /** Asks once. The body is read to its end and dropped. */
    int send(String method, String path, String body) throws IOException, InterruptedException {
        var publisher = body.isEmpty() ? HttpRequest.BodyPublishers.noBody() : HttpRequest.BodyPublishers.ofString(body);
        var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER).header("Content-Type", "application/json").method(method, publisher).build();
        return checked(path, http.send(request, BodyHandlers.discarding())).statusCode();
    }

    String get(String path) throws IOException, InterruptedException {
        var request = HttpRequest.newBuilder(URI.create(url + path)).timeout(ANSWER).build();
        return checked(path, http.send(request, BodyHandlers.ofString(StandardCharsets.UTF_8))).body();
    }

    /** A watch: its body goes on. */
    InputStream open(HttpClient with, String path) throws IOException, InterruptedException {
        return checked(path, with.send(HttpRequest.newBuilder(URI.create(url + path)).build(), BodyHandlers.ofInputStream())).body();
    }

    private static <T> HttpResponse<T> checked(String path, HttpResponse<T> response) throws IOException {
        if (response.statusCode() >= 300) {
            throw new IOException(path + ": status " + response.statusCode() + " (expected: 200 or 201)");
        }
        return response;
    }

    /** One of many requests. */
    interface Turn {
        void run(int number) throws IOException, InterruptedException;
    }

    /**
     * What many requests cost.
     *
     * @param cpuSeconds of the server
     */
    record Cost(int requests, double seconds, double cpuSeconds) {

        void into(Figures figures, String what) {
            figures.add(what + "PerSecond", requests / seconds, "1/s");
            figures.add(what + "PerCpuSecond", requests / Math.max(cpuSeconds, 0.01), "1/s");
        }

        double cpuSecondsPer(int many) {
            return cpuSeconds * many / requests;
        }
    }

    /** Runs all turns, by so many at a time. */
    Cost many(int turns, int writers, Turn turn) throws IOException, InterruptedException {
        var next = new AtomicInteger();
        var cpu = child.cpuSeconds();
        var began = System.nanoTime();
        List<Future<?>> running = new ArrayList<>();
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            for (int writer = 0; writer < writers; writer++) {
                running.add(threads.submit(() -> {
                    for (int number = next.getAndIncrement(); number < turns; number = next.getAndIncrement()) {
                        turn.run(number);
                    }
                    return null;
                }));
            }
            for (var one : running) {
                one.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("API: a request failed: " + e.getCause(), e);
        }
        return new Cost(turns, (System.nanoTime() - began) / 1e9, child.cpuSeconds() - cpu);
    }

    void namespace(String name) throws IOException, InterruptedException {
        send("POST", "/api/v1/namespaces", "{\"metadata\":{\"name\":\"" + name + "\"}}");
    }

    static String path(String namespace) {
        return "/api/v1/namespaces/" + namespace + "/configmaps";
    }

    /** A ConfigMap of about so many bytes. */
    static String object(String name, String mark, int bytes) {
        var head = "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"" + name + "\",\"labels\":{\"bench\":\"api\"}},\"data\":{\"mark\":\"" + mark + "\",\"fill\":\"";
        return head + "x".repeat(Math.max(0, bytes - head.length() - 4)) + "\"}}";
    }

    @Override
    public void close() {
        http.close();
        child.close();
    }
}
