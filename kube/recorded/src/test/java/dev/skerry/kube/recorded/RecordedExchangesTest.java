package dev.skerry.kube.recorded;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Holds us against what a real kube-apiserver 1.36.3 answered. Scenarios in which we are known to differ stand in {@code differs.txt};
 * every other one must give the recorded answers. {@code -Dscenarios=REGEX} runs some of them and prints each difference.
 */
class RecordedExchangesTest {

    private static final List<String> TOPICS = List.of("admission", "apply", "auth", "controllers", "crd", "crud", "defaulting", "delete", "discovery",
            "errors", "fields", "lists", "negotiation", "openapi", "patch", "subresources", "validation", "watch");
    private static final int AT_ONCE = 6;
    private static final System.Logger LOG = System.getLogger("recorded exchanges");

    @TempDir
    Path folder;

    @Test
    void answersAsTheRealServerDid() throws Exception {
        var wanted = Pattern.compile(System.getProperty("scenarios", ""));
        var known = known();
        var differences = new ConcurrentSkipListMap<String, List<String>>();
        var totals = new TreeMap<String, int[]>();
        try (var api = new Api(folder)) {
            for (var topic : TOPICS) {
                var scenarios = new ArrayList<JsonNode>();
                read(topic).forEach(s -> {
                    if (wanted.matcher(s.path("name").asText()).find()) {
                        scenarios.add(s);
                    }
                });
                run(api, scenarios, differences);
                totals.put(topic, new int[] {(int) scenarios.stream().filter(s -> !differences.containsKey(s.path("name").asText())).count(), scenarios.size()});
            }
        }
        var passed = totals.values().stream().mapToInt(t -> t[0]).sum();
        var all = totals.values().stream().mapToInt(t -> t[1]).sum();
        LOG.log(System.Logger.Level.INFO, "{0} of {1} scenarios as recorded: {2}", passed, all,
                totals.entrySet().stream().filter(e -> e.getValue()[1] > 0).map(e -> e.getKey() + " " + e.getValue()[0] + "/" + e.getValue()[1]).collect(Collectors.joining(", ")));
        var unknown = new TreeMap<>(differences);
        unknown.keySet().removeAll(known);
        assertThat(unknown.entrySet().stream().map(e -> e.getKey() + "\n    " + String.join("\n    ", e.getValue())).toList()).isEmpty();
    }

    private static void run(Api api, List<JsonNode> scenarios, ConcurrentSkipListMap<String, List<String>> differences) throws InterruptedException, ExecutionException {
        try (var threads = Executors.newFixedThreadPool(AT_ONCE)) {
            var running = new ArrayList<Future<?>>();
            for (var scenario : scenarios) {
                if (!scenario.path("serial").asBoolean()) {
                    running.add(threads.submit(() -> one(api, scenario, differences)));
                }
            }
            for (var one : running) {
                one.get();
            }
        }
        scenarios.stream().filter(s -> s.path("serial").asBoolean()).forEach(s -> one(api, s, differences));
    }

    /** A scenario that waits for controllers is tried twice: the machine may be busy. */
    private static void one(Api api, JsonNode scenario, ConcurrentSkipListMap<String, List<String>> differences) {
        var name = scenario.path("name").asText();
        try {
            var found = Scenario.run(api, scenario);
            if (!found.isEmpty()) {
                found = Scenario.run(api, scenario);
            }
            if (!found.isEmpty()) {
                differences.put(name, found);
            }
        } catch (IOException e) {
            differences.put(name, List.of(e.toString()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Set<String> known() throws IOException {
        try (var in = resource("differs.txt")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8).lines().filter(l -> !l.isBlank() && !l.startsWith("#"))
                    .map(l -> l.split("\\s")[0]).collect(Collectors.toSet());
        }
    }

    private static JsonNode read(String topic) throws IOException {
        try (var in = new GZIPInputStream(resource("exchanges/" + topic + ".json.gz"))) {
            return Api.JSON.readTree(in).path("scenarios");
        }
    }

    private static InputStream resource(String name) throws IOException {
        var in = RecordedExchangesTest.class.getResourceAsStream("/" + name);
        if (in == null) {
            throw new IOException(name + ": no such resource");
        }
        return in;
    }
}
