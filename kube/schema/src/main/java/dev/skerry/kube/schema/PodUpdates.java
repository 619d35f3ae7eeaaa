package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** What of a Pod may change once it is there. */
final class PodUpdates {
    private static final String ALLOWED = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
            + "`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";

    private PodUpdates() {}

    static void validate(ObjectNode pod, ObjectNode old, List<Cause> causes) {
        JsonNode now = pod.path("spec");
        JsonNode before = old.path("spec");
        for (String list : List.of("containers", "initContainers")) {
            if (now.path(list).size() != before.path(list).size()) {
                causes.add(Cause.forbidden("spec." + list, "pod updates may not add or remove containers"));
                return;
            }
        }
        for (JsonNode toleration : before.path("tolerations")) {
            boolean kept = false;
            for (JsonNode one : now.path("tolerations")) {
                kept |= withoutSeconds(one).equals(withoutSeconds(toleration));
            }
            if (!kept) {
                causes.add(Cause.forbidden("spec.tolerations", "existing toleration can not be modified except its tolerationSeconds"));
            }
        }
        if (!fixed(now, before).equals(before)) {
            causes.add(Cause.forbidden("spec", ALLOWED + "\n"));
        }
    }

    private static JsonNode withoutSeconds(JsonNode toleration) {
        JsonNode copy = toleration.deepCopy();
        if (copy instanceof ObjectNode object) {
            object.remove("tolerationSeconds");
        }
        return copy;
    }

    /** The new specification with the changeable members as they were. */
    private static JsonNode fixed(JsonNode now, JsonNode before) {
        if (!(now.deepCopy() instanceof ObjectNode spec)) {
            return now;
        }
        for (String list : List.of("containers", "initContainers")) {
            for (int i = 0; i < spec.path(list).size(); i++) {
                put((ObjectNode) spec.path(list).get(i), before.path(list).path(i), "image");
            }
        }
        for (String name : List.of("activeDeadlineSeconds", "tolerations")) {
            put(spec, before, name);
        }
        // Gates may go, and what narrows the choice of nodes may come, while the Pod waits behind one.
        if (!before.path("schedulingGates").isEmpty()) {
            for (String name : List.of("schedulingGates", "nodeSelector", "affinity")) {
                put(spec, before, name);
            }
        }
        return spec;
    }

    private static void put(ObjectNode object, JsonNode from, String name) {
        if (from.has(name)) {
            object.set(name, from.get(name));
        } else {
            object.remove(name);
        }
    }
}
