package dev.skerry.kube.recorded;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** One run of one recorded scenario in a namespace of its own. */
final class Scenario {

    private static final JsonNode NOTHING = JsonNodeFactory.instance.missingNode();
    private static final Duration LOOK_AGAIN = Duration.ofMillis(100);

    private final Api api;
    private final JsonNode scenario;
    private final String namespace = "x" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()).substring(1);
    private final Variables variables = new Variables(namespace);
    private final Bindings bindings = new Bindings();
    private final LinkedHashMap<JsonNode, Watch> watches = new LinkedHashMap<>();
    private final List<String> made = new ArrayList<>();
    private final List<String> differences = new ArrayList<>();

    private Scenario(Api api, JsonNode scenario) {
        this.api = api;
        this.scenario = scenario;
    }

    /** Where the answers differ from the recorded ones, by step; nothing if they do not. */
    static List<String> run(Api api, JsonNode scenario) throws IOException, InterruptedException {
        var run = new Scenario(api, scenario);
        try {
            run.prepare();
            for (var step : scenario.path("steps")) {
                run.step(step);
            }
            for (var step : List.copyOf(run.watches.keySet())) {
                run.join(step);
            }
        } finally {
            run.clean();
        }
        return run.differences;
    }

    private boolean ownNamespace() {
        return scenario.path("namespace").asBoolean(true);
    }

    private Api.Answer get(String path) throws IOException, InterruptedException {
        return api.send("GET", path, NOTHING, NOTHING, null, NOTHING);
    }

    private void prepare() throws IOException, InterruptedException {
        if (!ownNamespace()) {
            return;
        }
        var body = JsonNodeFactory.instance.objectNode().put("apiVersion", "v1").put("kind", "Namespace");
        var metadata = body.putObject("metadata").put("name", namespace);
        if (scenario.has("nsLabels")) {
            metadata.set("labels", scenario.get("nsLabels"));
        }
        api.send("POST", "/api/v1/namespaces", NOTHING, NOTHING, Api.JSON.writeValueAsBytes(body), NOTHING);
        var end = System.nanoTime() + Duration.ofSeconds(15).toNanos();
        while (System.nanoTime() < end) {
            if (get("/api/v1/namespaces/" + namespace + "/serviceaccounts/default").code() == 200
                    && get("/api/v1/namespaces/" + namespace + "/configmaps/kube-root-ca.crt").code() == 200) {
                return;
            }
            pause(LOOK_AGAIN);
        }
    }

    /** The recordings themselves say how long to wait. */
    private static void pause(Duration time) throws InterruptedException {
        new CountDownLatch(1).await(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void step(JsonNode step) throws IOException, InterruptedException {
        if (step.has("sleep")) {
            pause(Duration.ofMillis((long) (step.path("sleep").asDouble() * 1_000)));
        } else if (step.has("node")) {
            api.node(step.path("node").path("do").asText(), variables.text(step.path("node").path("file").asText("")), variables.text(step.path("node").path("content").asText("")));
        } else if (step.has("watch")) {
            var watch = new Watch(step);
            watches.put(step, watch);
            watch.ready.await(15, TimeUnit.SECONDS);
            pause(Duration.ofMillis(20));
        } else if (step.has("join")) {
            for (var waiting : List.copyOf(watches.keySet())) {
                if (waiting.path("id").equals(step.get("join"))) {
                    join(waiting);
                }
            }
        } else {
            request(step);
        }
    }

    private void request(JsonNode step) throws IOException, InterruptedException {
        var end = System.nanoTime() + Duration.ofSeconds(step.path("poll").path("seconds").asLong(10)).toNanos();
        while (true) {
            var answer = perform(step);
            variables.answered(step.path("id").asText(), answer.body());
            var trial = bindings.copy();
            var found = check(step, answer, trial);
            if (found.isEmpty() || !step.has("poll") || System.nanoTime() > end) {
                bindings.take(trial);
                note(step, answer);
                found.forEach(d -> differences.add(step.path("id").asText() + " " + d));
                return;
            }
            pause(LOOK_AGAIN);
        }
    }

    private Api.Answer perform(JsonNode step) throws IOException, InterruptedException {
        var body = step.path("body");
        var filled = variables.in(body);
        byte[] bytes = body.isMissingNode() || body.isNull() ? null
                : body.isTextual() && filled.isTextual() ? filled.asText().getBytes(StandardCharsets.UTF_8) : Api.body(filled);
        return api.send(step.path("method").asText(), variables.text(step.path("path").asText()), variables.in(step.path("query")),
                variables.in(step.path("headers")), bytes, variables.in(step.path("auth")));
    }

    private List<String> check(JsonNode step, Api.Answer answer, Bindings bound) {
        var compare = step.path("compare");
        var expected = step.path("expect");
        var found = new ArrayList<String>();
        if (compare.path("code").asBoolean(true) && expected.path("code").asInt() != answer.code()) {
            found.add("code: want " + expected.path("code") + ", got " + answer.code());
        }
        for (var name : compare.path("headers")) {
            header(variables.in(expected.path("headers").path(name.asText())), answer.header(name.asText()), name.asText(), bound, found);
        }
        if (!compare.path("body").asText().equals("none") && expected.has("body")) {
            var real = answer.body().path("kind").asText().equals("Status") ? answer.body().deepCopy() : Picked.of(answer.body(), compare.path("pick"));
            var wanted = variables.in(expected.path("body")).deepCopy();
            compare.path("ignore").forEach(p -> Difference.drop(real, p.asText()));
            compare.path("unordered").forEach(p -> {
                Difference.sort(real, p.asText());
                Difference.sort(wanted, p.asText());
            });
            found.addAll(compare.path("set").asBoolean() ? Difference.ofSets(wanted, real, bound) : Difference.of(wanted, real, bound, compare.path("body").asText().equals("subset")));
        }
        return found;
    }

    private static void header(JsonNode expected, List<String> real, String name, Bindings bound, List<String> found) {
        var wanted = new ArrayList<String>();
        if (expected.isArray()) {
            expected.forEach(v -> wanted.add(v.asText()));
        } else if (expected.isTextual()) {
            wanted.add(expected.asText());
        }
        wanted.sort(null);
        var got = real.stream().sorted().toList();
        var same = wanted.size() == got.size();
        for (int i = 0; same && i < got.size(); i++) {
            same = wanted.get(i).contains("<<") ? bound.matches(wanted.get(i), got.get(i)) : wanted.get(i).equals(got.get(i));
        }
        if (!same) {
            found.add("header " + name + ": want " + wanted + ", got " + got);
        }
    }

    private void join(JsonNode step) throws InterruptedException {
        var watch = watches.remove(step);
        if (watch == null) {
            return;
        }
        var answer = watch.answer();
        variables.answered(step.path("id").asText(), answer.body());
        check(step, answer, bindings).forEach(d -> differences.add(step.path("id").asText() + " " + d));
    }

    /** Remembers a cluster-scoped object that a step made. */
    private void note(JsonNode step, Api.Answer answer) {
        var method = step.path("method").asText();
        var path = variables.text(step.path("path").asText());
        var name = answer.body().path("metadata").path("name").asText("");
        if (answer.code() != 201 || !(method.equals("POST") || method.equals("PATCH")) || path.contains("/namespaces/") || name.isEmpty()
                || answer.body().path("kind").asText().endsWith("Review") || step.path("query").has("dryRun")) {
            return;
        }
        made.add(method.equals("PATCH") ? path : path + "/" + name);
    }

    private void clean() throws IOException, InterruptedException {
        watches.values().forEach(Watch::close);
        if (ownNamespace()) {
            made.add("/api/v1/namespaces/" + namespace);
        }
        for (var path : made.reversed()) {
            var answer = api.send("DELETE", path, NOTHING, NOTHING, null, NOTHING);
            if (answer.code() == 200 && !path.startsWith("/api/v1/namespaces/") && !path.contains("customresourcedefinitions")
                    && !answer.body().path("metadata").path("finalizers").isEmpty()) {
                api.send("PATCH", path, NOTHING, JsonNodeFactory.instance.objectNode().put("Content-Type", "application/merge-patch+json"),
                        "{\"metadata\":{\"finalizers\":null}}".getBytes(StandardCharsets.UTF_8), NOTHING);
            }
        }
    }

    /** A watch, read in the background. */
    private final class Watch {

        final CountDownLatch ready = new CountDownLatch(1);
        private final JsonNode until;
        private final JsonNode skip;
        private final CompletableFuture<Api.Answer> answer = new CompletableFuture<>();
        private final Thread reader;
        private volatile @org.jspecify.annotations.Nullable AutoCloseable stream;

        Watch(JsonNode step) {
            until = step.path("watch").path("until");
            skip = step.path("watch").path("skip");
            var path = variables.text(step.path("watch").path("path").asText());
            var query = variables.in(step.path("watch").path("query"));
            var headers = variables.in(step.path("watch").path("headers"));
            var auth = variables.in(step.path("auth"));
            reader = Thread.ofVirtual().start(() -> read(path, query, headers, auth));
            CompletableFuture.delayedExecutor(until.path("seconds").asLong(20), TimeUnit.SECONDS).execute(this::close);
        }

        private void read(String path, JsonNode query, JsonNode headers, JsonNode auth) {
            var events = JsonNodeFactory.instance.arrayNode();
            var body = JsonNodeFactory.instance.objectNode();
            try {
                var response = api.stream(path, query, headers, auth);
                stream = response.body();
                ready.countDown();
                if (response.statusCode() != 200) {
                    answer.complete(new Api.Answer(response.statusCode(), response.headers().map(),
                            Api.parsed(response.headers().firstValue("content-type").orElse(""), response.body().readAllBytes())));
                    return;
                }
                var closed = follow(response.body(), events);
                body.set("events", events);
                if (until.has("closed")) {
                    body.put("closed", closed);
                }
                answer.complete(new Api.Answer(200, response.headers().map(), body));
            } catch (IOException e) {
                answer.complete(new Api.Answer(0, java.util.Map.of(), body.put("failed", e.toString())));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                ready.countDown();
                close();
            }
        }

        /** Reads events until there are enough or the time is over. @return whether the server ended the stream */
        private boolean follow(java.io.InputStream in, com.fasterxml.jackson.databind.node.ArrayNode events) throws IOException {
            var lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            var count = 0;
            try {
                while (!until.has("events") || count < until.path("events").asInt()) {
                    var line = lines.readLine();
                    if (line == null) {
                        return true;
                    }
                    count++;
                    var event = Api.JSON.readTree(line);
                    var left = false;
                    for (var type : skip) {
                        left |= type.equals(event.path("type"));
                    }
                    if (!left) {
                        events.add(event);
                    }
                }
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw e;
            } catch (IOException e) {
                return false; // closed here, when the time was over
            }
            return false;
        }

        Api.Answer answer() throws InterruptedException {
            try {
                return answer.get(until.path("seconds").asLong(20) + 10, TimeUnit.SECONDS);
            } catch (java.util.concurrent.ExecutionException | java.util.concurrent.TimeoutException e) {
                return new Api.Answer(0, java.util.Map.of(), JsonNodeFactory.instance.objectNode().put("failed", e.toString()));
            }
        }

        void close() {
            var open = stream;
            if (open != null) {
                try {
                    open.close();
                } catch (Exception e) {
                    reader.interrupt();
                }
            }
        }
    }
}
