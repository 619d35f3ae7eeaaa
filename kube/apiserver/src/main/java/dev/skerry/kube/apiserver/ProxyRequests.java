package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.admission.Operation;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.store.ObjectStore;
import io.helidon.http.HeaderNames;
import io.helidon.http.Status;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** {@code pods/proxy} and {@code services/proxy}: plain HTTP to a Pod, by way of the API and its rights. Without upgrades, and without TLS to the Pod. */
final class ProxyRequests {

    private static final Set<String> KINDS = Set.of("pods", "services");
    private static final Duration CONNECT = Duration.ofSeconds(10);
    private static final Duration ANSWER = Duration.ofMinutes(5);
    private static final Set<String> NOT_PASSED = Set.of("host", "connection", "content-length", "upgrade", "transfer-encoding", "keep-alive", "te", "trailer", "expect",
            "authorization", "http2-settings", "proxy-connection");

    private final ObjectStore store;
    private final Resources resources;
    private @Nullable HttpClient client;

    ProxyRequests(ObjectStore store, Resources resources) {
        this.store = store;
        this.resources = resources;
    }

    /** Whether a path leads through the proxy. */
    static boolean leads(List<String> steps) {
        return steps.size() >= 7 && steps.getFirst().equals("api") && steps.get(2).equals("namespaces") && KINDS.contains(steps.get(4)) && steps.get(6).equals("proxy");
    }

    /** @param name of the object with its scheme and port, as {@code [scheme:]name[:port]} */
    private record Asked(String scheme, String name, String port) {
        static Asked of(String text) throws Failure {
            var parts = text.split(":", -1);
            return switch (parts.length) {
                case 1 -> new Asked("", text, "");
                case 2 -> new Asked("", parts[0], parts[1]);
                case 3 -> new Asked(parts[0], parts[1], parts[2]);
                default -> throw Failure.badRequest("invalid proxy request " + GoText.quoted(text));
            };
        }
    }

    /** @param call whose target is the object under its name alone */
    static String name(String step) throws Failure {
        return Asked.of(step).name();
    }

    void serve(Call call, List<String> steps) throws Failure {
        var asked = Asked.of(steps.get(5));
        if (asked.scheme().equals("https")) {
            throw Failure.badRequest("https: " + steps.get(5) + " (expected: a port that speaks plain HTTP)");
        }
        var options = JsonNodeFactory.instance.objectNode();
        var pods = steps.get(4).equals("pods");
        var kind = pods ? "PodProxyOptions" : "ServiceProxyOptions";
        options.put("kind", kind).put("apiVersion", "v1").put("path", "/" + String.join("/", steps.subList(7, steps.size())));
        resources.admission().check(call, Operation.CONNECT, new Gvk("", "v1", kind), options, null);
        var object = resources.get(new Target(call.type(), call.target().namespace(), call.target().name(), ""));
        var address = pods ? pod(object, asked.port()) : service(call, object, asked.port());
        pass(call, address, steps);
    }

    private static String pod(ObjectNode pod, String port) throws Failure {
        var ip = pod.path("status").path("podIP").asText("");
        if (ip.isEmpty()) {
            throw Failure.badRequest("address not allowed");
        }
        var wanted = port;
        for (var container : pod.path("spec").path("containers")) {
            if (wanted.isEmpty() && !container.path("ports").isEmpty()) {
                wanted = container.path("ports").path(0).path("containerPort").asText();
            }
        }
        return wanted.isEmpty() ? ip : ip + ":" + number(wanted);
    }

    private static String number(String port) throws Failure {
        if (!port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65_535) {
            throw Failure.badRequest("port: " + port + " (expected: 1-65535)");
        }
        return port;
    }

    /** One of those that are ready. */
    private String service(Call call, ObjectNode service, String port) throws Failure {
        var name = call.target().name();
        Optional<JsonNode> found = Optional.empty();
        for (var one : service.path("spec").path("ports")) {
            if (found.isEmpty() && (port.isEmpty() || one.path("name").asText("").equals(port) || one.path("port").asText().equals(port))) {
                found = Optional.of(one);
            }
        }
        var portName = found.orElseThrow(() -> Failure.unavailable("no service port " + GoText.quoted(port) + " found for service " + GoText.quoted(name))).path("name").asText("");
        var all = new ArrayList<String>();
        try {
            for (var entry : store.list("/discovery.k8s.io/endpointslices/" + call.target().namespace() + "/", "", 0, 0).entries()) {
                var slice = Bodies.stored(entry.value());
                if (!slice.path("metadata").path("labels").path("kubernetes.io/service-name").asText("").equals(name)) {
                    continue;
                }
                for (var target : slice.path("ports")) {
                    for (var endpoint : slice.path("endpoints")) {
                        if (target.path("name").asText("").equals(portName) && endpoint.path("conditions").path("ready").asBoolean(true)) {
                            all.add(endpoint.path("addresses").path(0).asText() + ":" + target.path("port").asText());
                        }
                    }
                }
            }
        } catch (ObjectStore.CompactedException e) {
            throw Failure.internal("the newest state was compacted");
        }
        if (all.isEmpty()) {
            throw Failure.unavailable("no endpoints available for service " + GoText.quoted(name));
        }
        return all.get(ThreadLocalRandom.current().nextInt(all.size()));
    }

    private synchronized HttpClient client() {
        var there = client;
        if (there == null) {
            there = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).followRedirects(HttpClient.Redirect.NEVER).build();
            client = there;
        }
        return there;
    }

    private void pass(Call call, String address, List<String> steps) throws Failure {
        var raw = call.request().path().rawPath();
        var begin = "/" + String.join("/", steps.subList(0, 7));
        // The name may be written with a percent sign; what comes after the seventh step is passed as it is.
        int at = 0;
        for (int i = 0; i < 7; i++) {
            at = raw.indexOf('/', at + 1) < 0 ? raw.length() : raw.indexOf('/', at + 1);
        }
        var rest = at >= raw.length() ? "/" : raw.substring(at);
        var query = call.request().query().rawValue();
        try {
            var request = HttpRequest.newBuilder(URI.create("http://" + address + rest + (query.isEmpty() ? "" : "?" + query))).timeout(ANSWER);
            for (var header : call.request().headers()) {
                if (!NOT_PASSED.contains(header.name().toLowerCase(Locale.ROOT))) {
                    header.allValues().forEach(v -> request.header(header.name(), v));
                }
            }
            request.header("X-Forwarded-Uri", begin + rest);
            var body = call.request().content().hasEntity() ? BodyPublishers.ofInputStream(() -> call.request().content().inputStream()) : BodyPublishers.noBody();
            var answer = client().send(request.method(call.request().prologue().method().text(), body).build(), BodyHandlers.ofInputStream());
            try (InputStream in = answer.body()) {
                call.response().status(Status.create(answer.statusCode()));
                answer.headers().map().forEach((name, values) -> {
                    if (!NOT_PASSED.contains(name.toLowerCase(Locale.ROOT)) && !name.startsWith(":")) {
                        var moved = name.equalsIgnoreCase("location") ? values.stream().map(v -> v.startsWith("/") ? begin + v : v).toList() : values;
                        call.response().header(HeaderNames.create(name), moved.toArray(String[]::new));
                    }
                });
                try (var out = call.response().outputStream()) {
                    in.transferTo(out);
                }
            }
        } catch (IllegalArgumentException e) {
            throw Failure.badRequest("path: " + rest + " (expected: a path of HTTP)");
        } catch (IOException e) {
            throw Failure.unavailable("error trying to reach service: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.unavailable("the server is closing");
        }
    }
}
