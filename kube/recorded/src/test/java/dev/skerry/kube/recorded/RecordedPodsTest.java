package dev.skerry.kube.recorded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds the node agent, on a real containerd, against what a real kubelet 1.36.3 did. Scenarios in which we are known to differ stand
 * in {@code pods-differ.txt} and, with the reasons, in {@code docs/pods.md}. Left out are those whose steps need kubectl. Three to five minutes on two cores;
 * {@code -Dscenarios=REGEX} runs those of that name only.
 */
class RecordedPodsTest {

    private static final List<String> TOPICS = List.of(
            "columns", "env", "exit", "host-dns", "images", "init", "logs-exec", "misc", "more", "probes", "resources", "scheduling", "security", "termination", "volumes", "workloads");
    private static final System.Logger LOG = System.getLogger("recorded pods");
    private static final int AT_ONCE = 8;
    /** More than that is no accident of a busy machine. */
    private static final int TRIED_AGAIN = 8;

    @TempDir(cleanup = CleanupMode.NEVER)
    Path folder;

    @Test
    void runsPodsAsTheRealNodeDid() throws Exception {
        var lacking = lacking();
        assumeTrue(lacking.isEmpty(), "this machine cannot run Pods: " + lacking + " (expected: root and containerd)");
        var differences = new ConcurrentSkipListMap<String, List<String>>();
        var scenarios = scenarios();
        var node = new Node(folder.resolve("node"));
        try (var api = new Api(folder, Optional.of(node))) {
            await().atMost(Duration.ofSeconds(60)).until(() -> ready(api));
            service(api);
            for (var image : PodImages.write(folder, Path.of("/bin/busybox"))) {
                node.load(image);
            }
            run(api, scenarios, differences);
        } finally {
            node.remove();
            delete(folder);
        }
        LOG.log(System.Logger.Level.INFO, "{0} of {1} scenarios as recorded", scenarios.size() - differences.size(), scenarios.size());
        differences.keySet().removeAll(known());
        assertThat(differences.entrySet().stream().map(e -> e.getKey() + "\n    " + String.join("\n    ", e.getValue())).toList()).isEmpty();
    }

    private static String lacking() {
        return !"root".equals(System.getProperty("user.name")) ? "not root"
                : List.of("/usr/bin/containerd", "/bin/busybox").stream().filter(p -> !Files.isExecutable(Path.of(p))).collect(Collectors.joining(", "));
    }

    private static boolean ready(Api api) throws IOException, InterruptedException {
        var none = JsonNodeFactory.instance.missingNode();
        var answer = api.send("GET", "/api/v1/nodes/" + Api.NODE, none, none, null, none);
        return StreamSupport.stream(answer.body().path("status").path("conditions").spliterator(), false)
                .anyMatch(c -> c.path("type").asText().equals("Ready") && c.path("status").asText().equals("True"));
    }

    /** The API's own Service, which the program would make: containers are told its address. */
    private static void service(Api api) throws IOException, InterruptedException {
        var none = JsonNodeFactory.instance.missingNode();
        var service = """
                {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "kubernetes", "namespace": "default"},
                 "spec": {"clusterIP": "10.96.0.1", "ports": [{"name": "https", "port": 443, "targetPort": 6443}]}}""";
        assertThat(api.send("POST", "/api/v1/namespaces/default/services", none, none, service.getBytes(StandardCharsets.UTF_8), none).code()).isIn(201, 409);
    }

    private static void run(Api api, List<JsonNode> scenarios, ConcurrentSkipListMap<String, List<String>> differences) throws Exception {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var running = new ArrayList<Future<?>>();
            scenarios.stream().filter(s -> !s.path("serial").asBoolean()).forEach(s -> running.add(threads.submit(() -> one(api, s, differences))));
            for (var one : running) {
                one.get();
            }
        }
        scenarios.stream().filter(s -> s.path("serial").asBoolean()).forEach(s -> one(api, s, differences));
        // The machine may have been busy: what differed is tried once more, alone.
        for (var scenario : differences.size() > TRIED_AGAIN ? List.<JsonNode>of() : scenarios) {
            if (differences.remove(scenario.path("name").asText()) != null) {
                one(api, scenario, differences);
            }
        }
    }

    private static void one(Api api, JsonNode scenario, ConcurrentSkipListMap<String, List<String>> differences) {
        var name = scenario.path("name").asText();
        try {
            var found = Scenario.run(api, scenario);
            if (!found.isEmpty()) {
                differences.put(name, found);
            }
        } catch (IOException e) {
            differences.put(name, List.of(e.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static List<JsonNode> scenarios() throws IOException {
        var wanted = Pattern.compile(System.getProperty("scenarios", ""));
        boolean first = Files.isDirectory(Path.of("/sys/fs/cgroup/memory"));
        var scenarios = new ArrayList<JsonNode>();
        for (var topic : TOPICS) {
            try (var in = new GZIPInputStream(resource("pods/" + topic + ".json.gz"))) {
                for (var scenario : Api.JSON.readTree(in).path("scenarios")) {
                    boolean kubectl = StreamSupport.stream(scenario.path("steps").spliterator(), false).anyMatch(s -> s.has("exec") || s.has("kubectl") || s.has("portForward"));
                    if (!kubectl && (first || !scenario.path("needs").toString().contains("cgroup1")) && wanted.matcher(scenario.path("name").asText()).find()) {
                        scenarios.add(scenario);
                    }
                }
            }
        }
        return scenarios;
    }

    private static Set<String> known() throws IOException {
        try (var in = resource("pods-differ.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank() && !l.startsWith("#"))
                    .map(l -> l.split("\\s")[0]).collect(Collectors.toSet());
        }
    }

    private static java.io.InputStream resource(String name) throws IOException {
        var in = RecordedPodsTest.class.getResourceAsStream("/" + name);
        if (in == null) {
            throw new IOException(name + ": no such resource");
        }
        return in;
    }

    private static void delete(Path folder) throws IOException {
        try (var all = Files.walk(folder)) {
            for (var path : all.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(path);
            }
        }
    }
}
