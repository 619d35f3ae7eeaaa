package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.schema.LabelSelectors;
import dev.skerry.kube.store.ObjectStore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/** The roles and bindings that every cluster has, and the roles that are the sum of others. */
final class StandardRoles {

    private static final String ROLES = "/" + Rbac.GROUP + "/clusterroles/";
    private static final String BINDINGS = "/" + Rbac.GROUP + "/clusterrolebindings/";

    private final ObjectStore store;
    private final InstantSource clock;

    StandardRoles(ObjectStore store, InstantSource clock) {
        this.store = store;
        this.clock = clock;
    }

    /** Creates what is missing; what somebody has changed stays. All default roles of upstream but those of its controllers, which here need none. */
    void create() {
        try (var in = StandardRoles.class.getResourceAsStream("roles.json")) {
            var all = Bodies.JSON.readTree(in);
            for (var role : all.path("roles")) {
                var object = object("ClusterRole", role.path("name").asText(), role.path("labels"));
                if (role.has("aggregate")) {
                    object.putObject("aggregationRule").putArray("clusterRoleSelectors").addObject().set("matchLabels", role.path("aggregate"));
                }
                object.set("rules", role.has("rules") ? role.path("rules") : JsonNodeFactory.instance.arrayNode());
                create(ROLES, object);
            }
            for (var binding : all.path("bindings")) {
                var object = object("ClusterRoleBinding", binding.path("name").asText(), binding.path("labels"));
                subjects(object, binding);
                object.putObject("roleRef").put("apiGroup", Rbac.GROUP).put("kind", "ClusterRole").put("name", binding.path("name").asText());
                create(BINDINGS, object);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        aggregate();
    }

    private static void subjects(ObjectNode object, JsonNode binding) {
        binding.path("users").forEach(u -> object.withArray("subjects").addObject().put("kind", "User").put("apiGroup", Rbac.GROUP).put("name", u.asText()));
        binding.path("groups").forEach(g -> object.withArray("subjects").addObject().put("kind", "Group").put("apiGroup", Rbac.GROUP).put("name", g.asText()));
        for (var account : binding.path("accounts")) {
            var parts = account.asText().split("/", 2);
            object.withArray("subjects").addObject().put("kind", "ServiceAccount").put("name", parts[1]).put("namespace", parts[0]);
        }
    }

    private ObjectNode object(String kind, String name, JsonNode labels) {
        var object = JsonNodeFactory.instance.objectNode().put("kind", kind).put("apiVersion", Rbac.GROUP + "/v1");
        var metadata = object.putObject("metadata").put("name", name).put("uid", UUID.randomUUID().toString());
        metadata.put("creationTimestamp", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
        var own = metadata.putObject("labels").put("kubernetes.io/bootstrapping", "rbac-defaults");
        labels.properties().forEach(l -> own.set(l.getKey(), l.getValue()));
        metadata.putObject("annotations").put("rbac.authorization.kubernetes.io/autoupdate", "true");
        return object;
    }

    private void create(String prefix, ObjectNode object) {
        var key = prefix + object.path("metadata").path("name").asText();
        if (store.get(key).isEmpty()) {
            store.create(key, revision -> Bodies.write(Resources.at(object, revision)));
        }
    }

    /** Makes roles with an aggregation rule the sum of the roles that it selects; at most as often as sums can stand on sums. */
    synchronized void aggregate() {
        for (int i = 0; i < 4 && aggregateOnce(); i++) {
            // Again, since a sum may be part of another.
        }
    }

    private boolean aggregateOnce() {
        var changed = false;
        try {
            var all = store.list(ROLES, "", 0, 0).entries();
            for (var entry : all) {
                var role = Bodies.stored(entry.value());
                if (role.path("aggregationRule").isMissingNode()) {
                    continue;
                }
                var rules = JsonNodeFactory.instance.arrayNode();
                for (var other : all) {
                    var part = Bodies.stored(other.value());
                    if (!other.key().equals(entry.key()) && selected(role.path("aggregationRule"), part.path("metadata").path("labels"))) {
                        for (var rule : part.path("rules")) {
                            if (!contains(rules, rule)) {
                                rules.add(rule);
                            }
                        }
                    }
                }
                if (!rules.equals(role.path("rules"))) {
                    role.set("rules", rules);
                    changed |= store.update(entry.key(), entry.revision(), revision -> Bodies.write(Resources.at(role, revision))).isPresent();
                }
            }
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
        return changed;
    }

    private static boolean contains(JsonNode list, JsonNode value) {
        for (var one : list) {
            if (one.equals(value)) {
                return true;
            }
        }
        return false;
    }

    private static boolean selected(JsonNode rule, JsonNode labels) {
        for (var selector : rule.path("clusterRoleSelectors")) {
            if (LabelSelectors.matches(selector, labels)) {
                return true;
            }
        }
        return false;
    }
}
