package dev.skerry.kube.node;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Writes a Pod's status when it differs from what the API has: a strategic merge patch, so that others' conditions stay. */
final class PodStatuses {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final PatchContext PATCH = new PatchContext.Builder().withPatchType(PatchType.STRATEGIC_MERGE).withFieldManager("kubelet").build();

    private final KubernetesClient client;
    private volatile Function<Pod, Optional<Pod>> mirrors = p -> Optional.empty();

    PodStatuses(KubernetesClient client) {
        this.client = client;
    }

    /** @param reason and message are left out when all is well */
    record Fact(String type, boolean holds, @Nullable String reason, @Nullable String message) {}

    /** What the kubelet knows of a Pod. */
    record Seen(
            String phase,
            @Nullable String reason,
            @Nullable String message,
            List<Fact> conditions,
            ContainerStatuses.Shown containers,
            String podIp,
            String hostIp,
            String qosClass) {

        boolean ended() {
            return phase.equals("Succeeded") || phase.equals("Failed");
        }

        /** The same with the phase that is shown now: as long as something may run, the Pod has not ended. */
        Seen heldAt(Optional<PodStatus> before) {
            var was = before.map(PodStatus::getPhase).orElse("Pending");
            return new Seen(was, before.map(PodStatus::getReason).orElse(null), before.map(PodStatus::getMessage).orElse(null), conditions, containers, podIp, hostIp, qosClass);
        }
    }

    /** What the API shows of the Pod now. */
    Optional<PodStatus> shown(Pod pod) {
        return object(pod).map(Pod::getStatus);
    }

    /** The object that shows the Pod: itself, or the mirror of one that came from a file. */
    private Optional<Pod> object(Pod pod) {
        return StaticPods.source(pod).isPresent() ? mirrors.apply(pod) : Optional.of(pod);
    }

    void mirrors(Function<Pod, Optional<Pod>> found) {
        mirrors = found;
    }

    /** The Pod is not taken: it has failed, and nothing else is known of it. */
    void reject(Pod pod, NodeAdmission.Refusal refusal, Instant now) {
        var status = JSON.createObjectNode();
        status.put("phase", "Failed").put("reason", refusal.reason()).put("message", "Pod was rejected: " + refusal.message());
        status.put("qosClass", QosClass.of(pod).name()).put("startTime", now.truncatedTo(ChronoUnit.SECONDS).toString());
        object(pod).map(p -> p.getMetadata().getGeneration()).ifPresent(g -> status.put("observedGeneration", g));
        var conditions = status.putArray("conditions");
        shown(pod).ifPresent(s -> s.getConditions().forEach(c -> conditions.addObject().put("type", c.getType()).put("$patch", "delete")));
        var unused = send(pod, status);
    }

    /** @return what the Pod looks like now, if something was written */
    Optional<Pod> write(Pod pod, Seen seen, Instant now) {
        var before = shown(pod).map(s -> (ObjectNode) tree(s)).orElseGet(JSON::createObjectNode);
        var status = patch(pod, before, seen, now.truncatedTo(ChronoUnit.SECONDS).toString());
        if (holds(before, status)) {
            return Optional.empty();
        }
        return send(pod, status);
    }

    private Optional<Pod> send(Pod pod, ObjectNode status) {
        var object = object(pod);
        if (object.isEmpty()) {
            return Optional.empty();
        }
        var body = JSON.createObjectNode();
        body.putObject("metadata").put("uid", object.get().getMetadata().getUid());
        body.set("status", status);
        return Optional.of(client.pods().inNamespace(pod.getMetadata().getNamespace()).withName(pod.getMetadata().getName())
                .subresource("status").patch(PATCH, body.toString()));
    }

    private JsonNode tree(Object object) {
        return client.getKubernetesSerialization().convertValue(object, JsonNode.class);
    }

    private ObjectNode patch(Pod pod, ObjectNode before, Seen seen, String now) {
        var status = JSON.createObjectNode();
        status.put("phase", seen.phase());
        status.put("reason", seen.reason());
        status.put("message", seen.message());
        status.put("qosClass", seen.qosClass());
        object(pod).map(p -> p.getMetadata().getGeneration()).ifPresent(g -> status.put("observedGeneration", g));
        if (!before.hasNonNull("startTime")) {
            status.put("startTime", now);
        }
        var had = new HashMap<String, JsonNode>();
        before.path("conditions").forEach(c -> had.put(c.path("type").asText(), c));
        var conditions = status.putArray("conditions");
        for (var fact : seen.conditions()) {
            condition(conditions, fact, Optional.ofNullable(had.get(fact.type())), pod, now);
        }
        if (!seen.hostIp().isEmpty()) {
            status.put("hostIP", seen.hostIp());
            status.putArray("hostIPs").addObject().put("ip", seen.hostIp());
        }
        if (!seen.podIp().isEmpty()) {
            status.put("podIP", seen.podIp());
            var ips = status.putArray("podIPs");
            // podIPs merges by address: one that is no longer the Pod's must be said to go.
            before.path("podIPs").forEach(ip -> {
                if (!ip.path("ip").asText().equals(seen.podIp())) {
                    ips.addObject().put("ip", ip.path("ip").asText()).put("$patch", "delete");
                }
            });
            ips.addObject().put("ip", seen.podIp());
        }
        list(status, "containerStatuses", seen.containers().main());
        list(status, "initContainerStatuses", seen.containers().init());
        list(status, "ephemeralContainerStatuses", seen.containers().ephemeral());
        return status;
    }

    private void list(ObjectNode status, String field, List<ContainerStatus> states) {
        if (!states.isEmpty()) {
            status.set(field, tree(states));
        }
    }

    private static void condition(ArrayNode conditions, Fact fact, Optional<JsonNode> before, Pod pod, String now) {
        var value = fact.holds() ? "True" : "False";
        var since = before.filter(b -> b.path("status").asText().equals(value)).map(b -> b.path("lastTransitionTime").asText()).orElse(now);
        var condition = conditions.addObject();
        condition.put("type", fact.type()).put("status", value).put("lastTransitionTime", since);
        condition.set("lastProbeTime", NullNode.getInstance());
        condition.put("reason", fact.reason());
        condition.put("message", fact.message());
        Optional.ofNullable(pod.getMetadata().getGeneration()).ifPresent(g -> condition.put("observedGeneration", g));
    }

    /** Whether the patch says nothing new. Null means absent; lists of conditions are compared by type. */
    private static boolean holds(JsonNode before, JsonNode patch) {
        if (patch.isNull()) {
            return before.isMissingNode() || before.isNull();
        }
        if (patch instanceof ObjectNode fields) {
            var all = fields.fields();
            while (all.hasNext()) {
                Map.Entry<String, JsonNode> field = all.next();
                var there = before.path(field.getKey());
                if (!(field.getKey().equals("conditions") ? conditionsHold(there, field.getValue()) : holds(there, field.getValue()))) {
                    return false;
                }
            }
            return true;
        }
        if (patch.isArray()) {
            if (patch.size() != before.size()) {
                return false;
            }
            for (int i = 0; i < patch.size(); i++) {
                // What is in a list is replaced whole: nothing more may be there.
                if (!holds(before.get(i), patch.get(i)) || !holds(patch.get(i), withoutNulls(before.get(i)))) {
                    return false;
                }
            }
            return true;
        }
        return patch.equals(before) || patch.isNumber() && before.isNumber() && patch.asLong() == before.asLong();
    }

    private static JsonNode withoutNulls(JsonNode node) {
        if (!(node instanceof ObjectNode object)) {
            return node;
        }
        var kept = JSON.createObjectNode();
        object.fields().forEachRemaining(f -> {
            if (!f.getValue().isNull()) {
                kept.set(f.getKey(), f.getValue());
            }
        });
        return kept;
    }

    private static boolean conditionsHold(JsonNode before, JsonNode patch) {
        var byType = new HashMap<String, JsonNode>();
        before.forEach(c -> byType.put(c.path("type").asText(), c));
        for (var condition : patch) {
            var there = byType.get(condition.path("type").asText());
            if (there == null || !holds(there, condition)) {
                return false;
            }
        }
        return true;
    }
}
