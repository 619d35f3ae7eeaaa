package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.PodUsage.Amount;
import dev.skerry.kube.apiserver.PodUsage.Usage;
import dev.skerry.kube.store.ObjectStore;
import io.helidon.webserver.http.ServerRequest;
import java.io.IOException;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;

/** The group {@code metrics.k8s.io}: nothing is stored, all is measured when it is asked for. It is there where there is a node. */
final class MetricsGroup {

    static final String NAME = "metrics.k8s.io";
    private static final String VERSION = "v1beta1";
    private static final List<String> VERBS = List.of("get", "list");

    private final PodUsage source;
    private final ObjectStore store;
    private final ResourceType pods;
    private final ResourceType nodes;

    MetricsGroup(PodUsage source, ObjectStore store, ResourceTypes types) {
        this.source = source;
        this.store = store;
        this.pods = types.find("", "v1", "pods").orElseThrow();
        this.nodes = types.find("", "v1", "nodes").orElseThrow();
    }

    /** As an item of the list of groups. */
    static ObjectNode group() {
        var group = JsonNodeFactory.instance.objectNode().put("name", NAME);
        group.putArray("versions").addObject().put("groupVersion", NAME + "/" + VERSION).put("version", VERSION);
        group.putObject("preferredVersion").put("groupVersion", NAME + "/" + VERSION).put("version", VERSION);
        return group;
    }

    /** As an item of the aggregated discovery. */
    static ObjectNode aggregated() {
        var item = JsonNodeFactory.instance.objectNode();
        item.putObject("metadata").put("name", NAME);
        var version = item.putArray("versions").addObject().put("version", VERSION);
        var resources = version.putArray("resources");
        for (var namespaced : List.of(false, true)) {
            var one = resources.addObject().put("resource", namespaced ? "pods" : "nodes");
            one.putObject("responseKind").put("group", NAME).put("version", VERSION).put("kind", namespaced ? "PodMetrics" : "NodeMetrics");
            one.put("scope", namespaced ? "Namespaced" : "Cluster").put("singularResource", "");
            VERBS.forEach(one.putArray("verbs")::add);
        }
        version.put("freshness", "Current");
        return item;
    }

    private static ObjectNode resources() {
        var body = JsonNodeFactory.instance.objectNode().put("kind", "APIResourceList").put("apiVersion", "v1").put("groupVersion", NAME + "/" + VERSION);
        var list = body.putArray("resources");
        for (var namespaced : List.of(false, true)) {
            var one = list.addObject().put("name", namespaced ? "pods" : "nodes").put("singularName", "").put("namespaced", namespaced)
                    .put("kind", namespaced ? "PodMetrics" : "NodeMetrics");
            VERBS.forEach(one.putArray("verbs")::add);
        }
        return body;
    }

    /** @param steps of a path of this group */
    JsonNode answer(ServerRequest request, List<String> steps) throws Failure {
        if (!request.prologue().method().text().equals("GET")) {
            throw Failure.method();
        }
        if (steps.size() == 2) {
            var body = JsonNodeFactory.instance.objectNode().put("kind", "APIGroup").put("apiVersion", "v1");
            body.setAll(group());
            return body;
        }
        if (!steps.get(2).equals(VERSION)) {
            throw Failure.noResource();
        }
        var rest = steps.subList(3, steps.size());
        var selector = Selector.parse(request.query().first("labelSelector").orElse(""), "", pods);
        return switch (rest.size()) {
            case 0 -> resources();
            case 1 -> switch (rest.getFirst()) {
                case "nodes" -> ofNodes(selector);
                case "pods" -> ofPods("", selector);
                default -> throw Failure.noResource();
            };
            case 2 -> {
                if (!rest.getFirst().equals("nodes")) {
                    throw Failure.noResource();
                }
                var usage = measure();
                if (!usage.nodeName().equals(rest.get(1))) {
                    throw Failure.missing("nodes", rest.get(1));
                }
                yield node(usage);
            }
            case 3, 4 -> {
                if (!rest.getFirst().equals("namespaces") || !rest.get(2).equals("pods")) {
                    throw Failure.noResource();
                }
                if (rest.size() == 3) {
                    yield ofPods(rest.get(1), selector);
                }
                var usage = measure();
                var found = usage.pods().stream().filter(p -> p.namespace().equals(rest.get(1)) && p.name().equals(rest.get(3))).findFirst();
                yield pod(usage, found.orElseThrow(() -> Failure.missing("podmetrics." + NAME, rest.get(1) + "/" + rest.get(3))));
            }
            default -> throw Failure.noResource();
        };
    }

    private Usage measure() throws Failure {
        try {
            return source.measure();
        } catch (IOException e) {
            throw Failure.unavailable(String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Failure.unavailable("the server is closing");
        }
    }

    private ObjectNode ofNodes(Selector selector) throws Failure {
        var usage = measure();
        var list = list("NodeMetricsList");
        if (stored(nodes.key("", usage.nodeName())).filter(selector).isPresent()) {
            list.withArrayProperty("items").add(node(usage));
        }
        return list;
    }

    private ObjectNode ofPods(String namespace, Selector selector) throws Failure {
        var usage = measure();
        var list = list("PodMetricsList");
        for (var pod : usage.pods()) {
            if ((namespace.isEmpty() || namespace.equals(pod.namespace())) && stored(pods.key(pod.namespace(), pod.name())).filter(selector).isPresent()) {
                list.withArrayProperty("items").add(pod(usage, pod));
            }
        }
        return list;
    }

    private Optional<ObjectNode> stored(String key) {
        return store.get(key).map(e -> Bodies.stored(e.value()));
    }

    private static ObjectNode list(String kind) {
        var list = JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", NAME + "/" + VERSION);
        list.putObject("metadata");
        list.putArray("items");
        return list;
    }

    private static ObjectNode object(String kind, Usage usage) {
        var object = JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", NAME + "/" + VERSION);
        object.putObject("metadata").put("creationTimestamp", usage.at().truncatedTo(ChronoUnit.SECONDS).toString());
        return object.put("timestamp", usage.at().truncatedTo(ChronoUnit.SECONDS).toString()).put("window", usage.window().toMillis() / 1000.0 + "s");
    }

    private ObjectNode node(Usage usage) {
        var object = object("NodeMetrics", usage);
        object.withObjectProperty("metadata").put("name", usage.nodeName());
        stored(nodes.key("", usage.nodeName())).ifPresent(n -> object.withObjectProperty("metadata").set("labels", n.path("metadata").path("labels")));
        amount(object.putObject("usage"), usage.node());
        return object;
    }

    private ObjectNode pod(Usage usage, PodUsage.Pod pod) {
        var object = object("PodMetrics", usage);
        var metadata = object.withObjectProperty("metadata").put("name", pod.name()).put("namespace", pod.namespace());
        stored(pods.key(pod.namespace(), pod.name())).filter(p -> p.path("metadata").has("labels")).ifPresent(p -> metadata.set("labels", p.path("metadata").path("labels")));
        var containers = object.putArray("containers");
        pod.containers().forEach((name, amount) -> amount(containers.addObject().put("name", name).putObject("usage"), amount));
        return object;
    }

    private static void amount(ObjectNode usage, Amount amount) {
        usage.put("cpu", amount.nanoCores() + "n").put("memory", amount.memoryBytes() / 1024 + "Ki");
    }
}
