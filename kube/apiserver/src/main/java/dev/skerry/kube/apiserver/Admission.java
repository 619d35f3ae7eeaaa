package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.store.ObjectStore;
import java.security.SecureRandom;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What upstream's admission adds to new objects. Nobody owns these fields. */
final class Admission {

    private static final String SUFFIX_LETTERS = "bcdfghjklmnpqrstvwxz2456789";
    private static final String TOKEN_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final Map<String, Integer> SYSTEM_PRIORITIES = Map.of("system-cluster-critical", 2_000_000_000, "system-node-critical", 2_000_001_000);

    private final ObjectStore store;
    private final SecureRandom random = new SecureRandom();

    Admission(ObjectStore store) {
        this.store = store;
    }

    /** Five letters that no name of upstream's could be confused with words. */
    String suffix() {
        var suffix = new StringBuilder();
        for (int i = 0; i < 5; i++) {
            suffix.append(SUFFIX_LETTERS.charAt(random.nextInt(SUFFIX_LETTERS.length())));
        }
        return suffix.toString();
    }

    void beforeCreate(ResourceType type, ObjectNode object, String namespace) throws Failure {
        if (type.custom()) {
            return;
        }
        switch (type.kind()) {
            case "Pod" -> pod(type, object, namespace);
            case "PersistentVolumeClaim" -> storageClass(object);
            default -> {
                // Nothing to add.
            }
        }
    }

    private void pod(ResourceType type, ObjectNode pod, String namespace) throws Failure {
        var spec = pod.withObject("/spec");
        account(type, pod, spec, namespace);
        priority(type, pod, spec);
        var tolerations = spec.withArray("tolerations");
        tolerate(tolerations, "node.kubernetes.io/not-ready");
        tolerate(tolerations, "node.kubernetes.io/unreachable");
    }

    private void account(ResourceType type, ObjectNode pod, ObjectNode spec, String namespace) throws Failure {
        if (pod.path("metadata").path("annotations").has("kubernetes.io/config.mirror")) {
            return;
        }
        var name = spec.path("serviceAccountName").asText("");
        if (name.isEmpty()) {
            name = "default";
        }
        spec.put("serviceAccountName", name).put("serviceAccount", name);
        var account = find("/core/serviceaccounts/" + namespace + "/" + name);
        // The default account comes by itself, a moment after its namespace.
        if (account.isEmpty() && !name.equals("default")) {
            throw Failure.refused(type, pod.path("metadata").path("name").asText(),
                    "error looking up service account " + namespace + "/" + name + ": serviceaccount \"" + name + "\" not found");
        }
        if (spec.path("imagePullSecrets").isEmpty() && account.isPresent() && !account.get().path("imagePullSecrets").isEmpty()) {
            spec.set("imagePullSecrets", account.get().path("imagePullSecrets").deepCopy());
        }
        var mounts = spec.has("automountServiceAccountToken")
                ? spec.path("automountServiceAccountToken").asBoolean()
                : account.map(a -> a.path("automountServiceAccountToken").asBoolean(true)).orElse(true);
        if (mounts) {
            token(spec);
        }
    }

    private void token(ObjectNode spec) {
        var name = "kube-api-access-" + suffix();
        var used = false;
        for (var volume : spec.path("volumes")) {
            if (volume.path("name").asText().startsWith("kube-api-access-")) {
                name = volume.path("name").asText();
                used = true;
            }
        }
        var needed = false;
        for (var list : List.of("initContainers", "containers")) {
            for (var container : spec.path(list)) {
                needed |= mount((ObjectNode) container, name);
            }
        }
        if (needed && !used) {
            volume(spec.withArray("volumes").addObject().put("name", name).putObject("projected"));
        }
    }

    private static boolean mount(ObjectNode container, String volume) {
        for (var there : container.path("volumeMounts")) {
            if (there.path("mountPath").asText().equals(TOKEN_MOUNT)) {
                return false;
            }
        }
        container.withArray("volumeMounts").addObject().put("name", volume).put("readOnly", true).put("mountPath", TOKEN_MOUNT);
        return true;
    }

    private static void volume(ObjectNode projected) {
        var sources = projected.putArray("sources");
        sources.addObject().putObject("serviceAccountToken").put("expirationSeconds", 3607).put("path", "token");
        var map = sources.addObject().putObject("configMap").put("name", "kube-root-ca.crt");
        map.putArray("items").addObject().put("key", "ca.crt").put("path", "ca.crt");
        sources.addObject().putObject("downwardAPI").putArray("items").addObject().put("path", "namespace")
                .putObject("fieldRef").put("apiVersion", "v1").put("fieldPath", "metadata.namespace");
        projected.put("defaultMode", 0644);
    }

    private void priority(ResourceType type, ObjectNode pod, ObjectNode spec) throws Failure {
        var name = spec.path("priorityClassName").asText("");
        var value = 0;
        var preemption = "PreemptLowerPriority";
        if (SYSTEM_PRIORITIES.containsKey(name)) {
            value = SYSTEM_PRIORITIES.getOrDefault(name, 0);
        } else {
            var found = name.isEmpty() ? globalDefault() : find("/scheduling.k8s.io/priorityclasses/" + name);
            if (found.isEmpty() && !name.isEmpty()) {
                throw Failure.refused(type, pod.path("metadata").path("name").asText(), "no PriorityClass with name " + name + " was found");
            }
            if (found.isPresent()) {
                value = found.get().path("value").asInt();
                preemption = found.get().path("preemptionPolicy").asText(preemption);
                spec.put("priorityClassName", found.get().path("metadata").path("name").asText());
            }
        }
        if (spec.has("priority") && spec.path("priority").asInt() != value) {
            throw Failure.refused(type, pod.path("metadata").path("name").asText(),
                    "the integer value of priority (" + spec.path("priority").asInt() + ") must not be provided in pod spec; priority admission controller computed "
                            + value + " from the given PriorityClass name");
        }
        spec.put("priority", value);
        if (!spec.has("preemptionPolicy")) {
            spec.put("preemptionPolicy", preemption);
        }
    }

    private Optional<ObjectNode> globalDefault() {
        return all("/scheduling.k8s.io/priorityclasses/").stream().filter(c -> c.path("globalDefault").asBoolean())
                .min(java.util.Comparator.comparingInt(c -> c.path("value").asInt()));
    }

    private void storageClass(ObjectNode claim) {
        if (claim.path("spec").has("storageClassName") || claim.path("metadata").path("annotations").has("volume.beta.kubernetes.io/storage-class")) {
            return;
        }
        all("/storage.k8s.io/storageclasses/").stream()
                .filter(c -> c.path("metadata").path("annotations").path("storageclass.kubernetes.io/is-default-class").asText().equals("true"))
                .max(java.util.Comparator.comparing((ObjectNode c) -> c.path("metadata").path("creationTimestamp").asText())
                        .thenComparing(c -> c.path("metadata").path("name").asText(), java.util.Comparator.reverseOrder()))
                .ifPresent(c -> claim.withObject("/spec").put("storageClassName", c.path("metadata").path("name").asText()));
    }

    private static void tolerate(ArrayNode tolerations, String key) {
        for (JsonNode one : tolerations) {
            var same = one.path("key").asText("").equals(key) || one.path("key").asText("").isEmpty() && one.path("operator").asText("").equals("Exists");
            if (same && List.of("", "NoExecute").contains(one.path("effect").asText(""))) {
                return;
            }
        }
        tolerations.addObject().put("key", key).put("operator", "Exists").put("effect", "NoExecute").put("tolerationSeconds", 300);
    }

    private Optional<ObjectNode> find(String key) {
        return store.get(key).map(e -> Bodies.stored(e.value()));
    }

    private List<ObjectNode> all(String prefix) {
        try {
            return store.list(prefix, "", 0, 0).entries().stream().map(e -> Bodies.stored(e.value())).toList();
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
    }
}
