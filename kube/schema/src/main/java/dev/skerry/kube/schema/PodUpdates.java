package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What of a Pod may change once it is there. */
final class PodUpdates {
    private static final String ALLOWED = "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,"
            + "`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
    private static final String REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution";

    private PodUpdates() {}

    static void validate(Place pod, Place old) {
        Place now = pod.get("spec");
        Place before = old.get("spec");
        for (String list : List.of("containers", "initContainers")) {
            if (now.get(list).value().size() != before.get(list).value().size()) {
                now.get(list).forbidden("pod updates may not add or remove containers");
                return;
            }
            for (Place container : now.get(list).items()) {
                container.get("image").must();
                ContainerValidation.image(container);
            }
        }
        if (!deadline(now.get("activeDeadlineSeconds"), before.get("activeDeadlineSeconds"))) {
            return;
        }
        if (onlyMore(now.get("tolerations"), before.get("tolerations"))) {
            SchedulingValidation.tolerations(now.get("tolerations"));
        }
        onlyFewer(now.get("schedulingGates"), before.get("schedulingGates"));
        if (now.same(before) || !(now.value().deepCopy() instanceof ObjectNode spec)) {
            return;
        }
        put(spec, before.value(), "schedulingGates");
        put(spec, before.value(), "activeDeadlineSeconds");
        put(spec, before.value(), "tolerations");
        for (String list : List.of("containers", "initContainers")) {
            for (int i = 0; i < spec.path(list).size(); i++) {
                put((ObjectNode) spec.path(list).get(i), before.value().path(list).path(i), "image");
            }
        }
        if (before.get("terminationGracePeriodSeconds").number() < 0 && now.get("terminationGracePeriodSeconds").number() == 1) {
            put(spec, before.value(), "terminationGracePeriodSeconds");
        }
        if (!before.get("schedulingGates").blank()) {
            gated(now, before, spec);
        }
        if (!Json.same(spec, before.value())) {
            now.forbidden(ALLOWED + "\n" + Difference.of(before.value(), spec));
        }
    }

    /** Whether to look on. */
    private static boolean deadline(Place now, Place before) {
        if (!now.given()) {
            if (before.given()) {
                now.invalid("must not update from a positive integer to nil value");
            }
            return true;
        }
        if (now.number() < 0 || now.number() > Integer.MAX_VALUE) {
            now.invalid("must be between 0 and " + Integer.MAX_VALUE + ", inclusive");
            return false;
        }
        if (before.given() && before.number() < now.number()) {
            now.invalid("must be less than or equal to previous value");
            return false;
        }
        return true;
    }

    private static boolean onlyMore(Place now, Place before) {
        for (Place toleration : before.items()) {
            JsonNode wanted = withoutSeconds(toleration.value());
            if (now.items().stream().noneMatch(t -> withoutSeconds(t.value()).equals(wanted))) {
                now.forbidden("existing toleration can not be modified except its tolerationSeconds");
                return false;
            }
        }
        return true;
    }

    private static void onlyFewer(Place now, Place before) {
        Set<String> known = new HashSet<>();
        before.items().forEach(g -> known.add(g.get("name").text()));
        for (Place gate : now.items()) {
            if (!known.contains(gate.get("name").text())) {
                gate.get("name").forbidden("only deletion is allowed, but found new scheduling gate '" + gate.get("name").text() + "'");
            }
        }
    }

    /** What narrows the choice of nodes may come while the Pod waits behind a gate. */
    private static void gated(Place now, Place before, ObjectNode spec) {
        Place selector = now.get("nodeSelector");
        for (var e : before.get("nodeSelector").value().properties()) {
            if (!e.getValue().equals(selector.value().get(e.getKey()))) {
                selector.invalid("only additions to spec.nodeSelector are allowed (no mutations or deletions)");
                break;
            }
        }
        put(spec, before.value(), "nodeSelector");
        Place terms = now.get("affinity", "nodeAffinity", REQUIRED, "nodeSelectorTerms");
        Place old = before.get("affinity", "nodeAffinity", REQUIRED, "nodeSelectorTerms");
        if (!old.blank() && old.value().size() != terms.value().size()) {
            terms.invalid("no additions/deletions to non-empty NodeSelectorTerms list are allowed");
        } else {
            for (int i = 0; i < old.value().size(); i++) {
                if (!grows(terms.item(i), old.item(i))) {
                    terms.item(i).invalidAs(GoView.show(terms.item(i).value(), "k8s.io.api.core.v1.NodeSelectorTerm"), "only additions are allowed (no mutations or deletions)");
                }
            }
        }
        JsonNode wanted = before.value().path("affinity");
        if (spec.path("affinity") instanceof ObjectNode affinity) {
            put(affinity, wanted, "nodeAffinity");
            if (affinity.isEmpty() && wanted.isMissingNode()) {
                spec.remove("affinity");
            }
        } else if (wanted.has("nodeAffinity")) {
            spec.putObject("affinity").set("nodeAffinity", wanted.get("nodeAffinity"));
        }
    }

    private static boolean grows(Place now, Place old) {
        if (old.get("matchExpressions").blank() && old.get("matchFields").blank()) {
            return now.get("matchExpressions").blank() && now.get("matchFields").blank();
        }
        for (String list : List.of("matchExpressions", "matchFields")) {
            for (int i = 0; i < old.get(list).value().size(); i++) {
                if (!Json.same(old.get(list).item(i).value(), now.get(list).item(i).value())) {
                    return false;
                }
            }
        }
        return true;
    }

    private static JsonNode withoutSeconds(JsonNode toleration) {
        JsonNode copy = toleration.deepCopy();
        if (copy instanceof ObjectNode object) {
            object.remove("tolerationSeconds");
        }
        return copy;
    }

    private static void put(ObjectNode object, JsonNode from, String name) {
        if (from.has(name)) {
            object.set(name, from.get(name));
        } else {
            object.remove(name);
        }
    }

    /** The containers that are put into a running Pod: none goes, none changes. */
    static void ephemeral(Place pod, Place old) {
        Place now = pod.get("spec", "ephemeralContainers");
        for (Place before : old.get("spec", "ephemeralContainers").items()) {
            String name = before.get("name").text();
            Place same = now.items().stream().filter(c -> c.get("name").is(name)).findFirst().orElse(null);
            if (same == null) {
                now.forbidden("existing ephemeral containers " + Names.quote(name) + " may not be removed\n");
            } else if (!Json.same(same.value(), before.value())) {
                now.forbidden("existing ephemeral containers " + Names.quote(name) + " may not be changed\n" + Difference.of(before.value(), same.value()));
            }
        }
    }

    /** What a Pod's status may not become. */
    static void status(Place pod, Place old) {
        if (!pod.get("spec", "nodeName").is(old.get("spec", "nodeName").text())) {
            pod.get("status", "nodeName").forbidden("may not be changed directly");
        }
        Place nominated = pod.get("status", "nominatedNodeName");
        if (!nominated.blank() && !nominated.is(old.get("status", "nominatedNodeName").text())) {
            nominated.subdomain();
        }
        pod.get("status", "qosClass").fixed(old.get("status", "qosClass"));
        String policy = old.get("spec", "restartPolicy").text();
        Place statuses = pod.get("status", "containerStatuses");
        if (!policy.equals("Always")) {
            for (Place before : old.get("status", "containerStatuses").items()) {
                Place terminated = before.get("state", "terminated");
                boolean again = terminated.get("exitCode").number() != 0 && policy.equals("OnFailure");
                if (terminated.given() && !again && statuses.items().stream().anyMatch(s -> s.get("name").is(before.get("name").text()) && !s.get("state").has("terminated"))) {
                    before.get("state").forbidden("may not be transitioned to non-terminated state");
                }
            }
        }
        pod.get("status", "podIPs").items().forEach(ip -> ip.get("ip").named(ip.path()).ip());
        Place hosts = pod.get("status", "hostIPs");
        if (!hosts.blank() && !pod.get("status", "hostIP").is(hosts.item(0).get("ip").text())) {
            hosts.item(0).get("ip").invalidText("must be equal to `hostIP`");
        }
        hosts.items().forEach(ip -> ip.get("ip").named(ip.path()).ip());
    }
}
