package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.Quantity;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Priority, tolerations and runtime class of Pods; and that only one priority class is the default. */
final class PodDefaults implements AdmissionPlugin {

    private static final Map<String, Integer> SYSTEM_PRIORITIES = Map.of("system-cluster-critical", 2_000_000_000, "system-node-critical", 2_000_001_000);
    private static final int TOLERATED_SECONDS = 300;

    private final Followed followed;

    PodDefaults(Followed followed) {
        this.followed = followed;
    }

    @Override
    public void mutate(Attributes attributes) throws RefusedException {
        if (attributes.creates("pods")) {
            var spec = attributes.written().withObject("/spec");
            priority(attributes, spec);
            tolerateBoth(spec.withArray("tolerations"));
            runtimeClass(attributes, spec);
        } else if (attributes.updates("pods")) {
            // As upstream: who could not name a class before the update keeps what was computed.
            var spec = attributes.written().withObject("/spec");
            for (var computed : List.of("priority", "preemptionPolicy")) {
                if (!spec.has(computed) && attributes.before().path("spec").has(computed)) {
                    spec.set(computed, attributes.before().path("spec").get(computed));
                }
            }
            tolerateBoth(spec.withArray("tolerations"));
        }
    }

    @Override
    public void validate(Attributes attributes) throws RefusedException {
        var writes = attributes.operation() == Operation.CREATE || attributes.operation() == Operation.UPDATE;
        if (!writes || attributes.object() == null || !attributes.resource().is("scheduling.k8s.io", "priorityclasses") || !attributes.object().path("globalDefault").asBoolean()) {
            return;
        }
        var name = attributes.object().path("metadata").path("name").asText();
        for (var there : followed.all(Followed.PRIORITIES)) {
            var other = there.path("metadata").path("name").asText();
            if (there.path("globalDefault").asBoolean() && !other.equals(name)) {
                throw RefusedException.forbidden(attributes, "PriorityClass " + other + " is already marked as default. Only one default can exist");
            }
        }
    }

    private void priority(Attributes attributes, ObjectNode spec) throws RefusedException {
        var name = spec.path("priorityClassName").asText("");
        var value = 0;
        var preemption = "PreemptLowerPriority";
        if (SYSTEM_PRIORITIES.containsKey(name)) {
            value = SYSTEM_PRIORITIES.getOrDefault(name, 0);
        } else {
            var found = name.isEmpty() ? globalDefault() : followed.find(Followed.PRIORITIES + name);
            if (found.isEmpty() && !name.isEmpty()) {
                throw RefusedException.forbidden(attributes, "no PriorityClass with name " + name + " was found");
            }
            if (found.isPresent()) {
                value = found.get().path("value").asInt();
                preemption = found.get().path("preemptionPolicy").asText(preemption);
                spec.put("priorityClassName", found.get().path("metadata").path("name").asText());
            }
        }
        if (spec.path("priority").isNumber() && spec.path("priority").asInt() != value) {
            throw RefusedException.forbidden(attributes, "the integer value of priority (" + spec.path("priority").asInt()
                    + ") must not be provided in pod spec; priority admission controller computed " + value + " from the given PriorityClass name");
        }
        spec.put("priority", value);
        var said = spec.path("preemptionPolicy").asText("");
        if (said.isEmpty()) {
            spec.put("preemptionPolicy", preemption);
        } else if (!said.equals(preemption)) {
            throw RefusedException.forbidden(attributes, "the string value of PreemptionPolicy (" + said
                    + ") must not be provided in pod spec; priority admission controller computed " + preemption + " from the given PriorityClass name");
        }
    }

    private Optional<ObjectNode> globalDefault() {
        return followed.all(Followed.PRIORITIES).stream().filter(c -> c.path("globalDefault").asBoolean()).min(Comparator.comparingInt(c -> c.path("value").asInt()));
    }

    private static void tolerateBoth(ArrayNode tolerations) {
        tolerate(tolerations, "node.kubernetes.io/not-ready");
        tolerate(tolerations, "node.kubernetes.io/unreachable");
    }

    private static void tolerate(ArrayNode tolerations, String key) {
        for (JsonNode one : tolerations) {
            var same = one.path("key").asText("").equals(key) || one.path("key").asText("").isEmpty();
            if (same && List.of("", "NoExecute").contains(one.path("effect").asText(""))) {
                return;
            }
        }
        tolerations.addObject().put("key", key).put("operator", "Exists").put("effect", "NoExecute").put("tolerationSeconds", TOLERATED_SECONDS);
    }

    private void runtimeClass(Attributes attributes, ObjectNode spec) throws RefusedException {
        var name = spec.path("runtimeClassName").asText("");
        if (name.isEmpty()) {
            if (spec.has("overhead")) {
                throw RefusedException.forbidden(attributes, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
            }
            return;
        }
        var found = followed.find(Followed.RUNTIME_CLASSES + name);
        if (found.isEmpty()) {
            throw RefusedException.forbidden(attributes, "pod rejected: RuntimeClass \"" + name + "\" not found");
        }
        var overhead = found.get().path("overhead").path("podFixed");
        if (!overhead.isEmpty()) {
            if (spec.has("overhead") && !same(spec.path("overhead"), overhead)) {
                throw RefusedException.forbidden(attributes, "pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead");
            }
            spec.set("overhead", overhead.deepCopy());
        } else if (spec.has("overhead")) {
            throw RefusedException.forbidden(attributes, "pod rejected: Pod Overhead set without corresponding RuntimeClass defined Overhead");
        }
        schedule(attributes, spec, found.get().path("scheduling"));
    }

    private static boolean same(JsonNode a, JsonNode b) {
        if (a.size() != b.size()) {
            return false;
        }
        for (var e : a.properties()) {
            var other = Quantity.parse(b.path(e.getKey()).asText(""));
            if (other.isEmpty() || Quantity.parse(e.getValue().asText()).filter(q -> q.compareTo(other.get()) == 0).isEmpty()) {
                return false;
            }
        }
        return true;
    }

    private static void schedule(Attributes attributes, ObjectNode spec, JsonNode scheduling) throws RefusedException {
        for (var wanted : scheduling.path("nodeSelector").properties()) {
            var selector = spec.withObject("/nodeSelector");
            var said = selector.path(wanted.getKey());
            if (!said.isMissingNode() && !said.equals(wanted.getValue())) {
                throw RefusedException.forbidden(attributes, "conflict: runtimeClass.scheduling.nodeSelector[" + wanted.getKey() + "] = " + wanted.getValue().asText()
                        + "; pod.spec.nodeSelector[" + wanted.getKey() + "] = " + said.asText());
            }
            selector.set(wanted.getKey(), wanted.getValue());
        }
        for (var toleration : scheduling.path("tolerations")) {
            var there = false;
            for (var own : spec.withArray("tolerations")) {
                there |= own.equals(toleration);
            }
            if (!there) {
                spec.withArray("tolerations").add(toleration.deepCopy());
            }
        }
    }
}
