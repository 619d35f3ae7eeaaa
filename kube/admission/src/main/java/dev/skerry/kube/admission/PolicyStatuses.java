package dev.skerry.kube.admission;

import static java.lang.System.Logger.Level.WARNING;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.cel.CelCompileException;
import dev.skerry.kube.cel.CelEnvironment;
import dev.skerry.kube.cel.ValueType;
import dev.skerry.kube.schema.Gvk;
import dev.skerry.kube.schema.ManagedFields;
import dev.skerry.kube.store.ObjectStore;
import dev.skerry.kube.store.StoreException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Tells in the status of each ValidatingAdmissionPolicy that it has been looked at, and which expressions do not fit the custom kinds that it names. */
final class PolicyStatuses implements AutoCloseable {

    private static final System.Logger LOG = System.getLogger(PolicyStatuses.class.getName());
    private static final String OWNER = "validatingadmissionpolicy-status";
    private static final int MAX_KINDS = 10;
    private static final int MAX_TRIES = 5;

    private final ObjectStore store;
    private final Kinds kinds;
    private final InstantSource clock;
    private final ExecutorService worker = Executors.newSingleThreadExecutor(Thread.ofVirtual().name("policy-status").factory());

    PolicyStatuses(ObjectStore store, Kinds kinds, InstantSource clock) {
        this.store = store;
        this.kinds = kinds;
        this.clock = clock;
    }

    /** Called with each policy that is new or has changed; returns at once. */
    void changed(String key, ObjectNode policy) {
        if (key.startsWith(Followed.VALIDATING_POLICIES) && !seen(policy) && !worker.isShutdown()) {
            worker.execute(() -> look(key));
        }
    }

    private static boolean seen(JsonNode policy) {
        return policy.path("status").path("observedGeneration").asLong() == policy.path("metadata").path("generation").asLong();
    }

    private void look(String key) {
        try {
            for (int i = 0; i < MAX_TRIES; i++) {
                var entry = store.get(key);
                if (entry.isEmpty()) {
                    return;
                }
                var live = Followed.parse(entry.get().value());
                if (seen(live)) {
                    return;
                }
                var changed = live.deepCopy();
                var status = changed.withObject("/status");
                status.put("observedGeneration", live.path("metadata").path("generation").asLong());
                status.set("typeChecking", typeChecking(live.path("spec")));
                kinds.find(Gvk.of(live)).ifPresent(r -> ManagedFields.update(
                        live, changed, r.schema(), OWNER, r.gvk().apiVersion(), "Apply", "status", clock.instant()));
                if (store.update(key, entry.get().revision(), revision -> Followed.write(changed, revision)).isPresent()) {
                    return;
                }
            }
        } catch (StoreException e) {
            // The status tells nothing that is not known; the next change of the policy tries again.
            LOG.log(WARNING, "{0}: its status was not written: {1}", key, e.getMessage());
        }
    }

    private ObjectNode typeChecking(JsonNode spec) {
        var checking = JsonNodeFactory.instance.objectNode();
        var named = named(spec.path("matchConstraints").path("resourceRules"));
        var warnings = JsonNodeFactory.instance.arrayNode();
        for (int i = 0; i < spec.path("validations").size(); i++) {
            var validation = spec.path("validations").get(i);
            for (var member : List.of("expression", "messageExpression")) {
                var text = validation.path(member).asText("");
                var faults = text.isBlank() ? List.<String>of() : faults(text, spec, named);
                if (!faults.isEmpty()) {
                    warnings.addObject().put("fieldRef", "spec.validations[" + i + "]." + member).put("warning", String.join("\n", faults));
                }
            }
        }
        if (!warnings.isEmpty()) {
            checking.set("expressionWarnings", warnings);
        }
        return checking;
    }

    /** The kinds of the rules, unless a rule names many at once. */
    private List<Resource> named(JsonNode rules) {
        var named = new ArrayList<Resource>();
        for (var rule : rules) {
            for (var member : List.of("apiGroups", "apiVersions", "resources")) {
                for (var one : rule.path(member)) {
                    if (one.asText().contains("*") || one.asText().contains("/")) {
                        return List.of();
                    }
                }
            }
            for (var resource : kinds.all()) {
                if (resource.custom() && has(rule.path("apiGroups"), resource.gvk().group()) && has(rule.path("apiVersions"), resource.gvk().version())
                        && has(rule.path("resources"), resource.plural()) && named.size() < MAX_KINDS) {
                    named.add(resource);
                }
            }
        }
        return named;
    }

    private static boolean has(JsonNode list, String value) {
        for (var one : list) {
            if (one.asText().equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static List<String> faults(String text, JsonNode spec, List<Resource> named) {
        var faults = new ArrayList<String>();
        for (var resource : named) {
            var builder = CelEnvironment.builder().schema("object", resource.schema().raw(), true).schema("oldObject", resource.schema().raw(), true)
                    .variable("request", ValueType.DYN).variable("namespaceObject", ValueType.DYN).variable("authorizer", ValueType.AUTHORIZER)
                    .variable("authorizer.requestResource", ValueType.RESOURCE_CHECK);
            if (spec.path("paramKind").isObject()) {
                builder.variable("params", ValueType.DYN);
            }
            if (!spec.path("variables").isEmpty()) {
                builder.variable("variables", ValueType.DYN);
            }
            try {
                builder.build().compile(text);
            } catch (CelCompileException e) {
                faults.add(resource.gvk().apiVersion() + ", Kind=" + resource.gvk().kind() + ": " + e.text());
            }
        }
        return faults;
    }

    @Override
    public void close() {
        worker.shutdownNow();
    }
}
