package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.store.ObjectStore;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/** Every Pod has an account, and its token if it wants it. */
final class ServiceAccounts implements AdmissionPlugin {

    private static final String TOKEN_MOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";
    private static final String VOLUME_PREFIX = "kube-api-access-";
    private static final String MIRROR = "kubernetes.io/config.mirror";
    private static final String ENFORCE_SECRETS = "kubernetes.io/enforce-mountable-secrets";
    private static final String MOUNTABLE_ONLY = "\" is not allowed because service account ";
    private static final int TOKEN_SECONDS = 3607;

    private final ObjectStore store;

    ServiceAccounts(ObjectStore store) {
        this.store = store;
    }

    @Override
    public void mutate(Attributes attributes) throws RefusedException {
        if (!attributes.creates("pods")) {
            return;
        }
        var pod = attributes.written();
        var spec = pod.withObject("/spec");
        if (pod.path("metadata").path("annotations").has(MIRROR)) {
            mirror(attributes, spec);
            return;
        }
        var name = spec.path("serviceAccountName").asText("");
        if (name.isEmpty()) {
            name = "default";
        }
        spec.put("serviceAccountName", name).put("serviceAccount", name);
        var account = find(attributes, name);
        if (spec.path("imagePullSecrets").isEmpty() && account.isPresent() && !account.get().path("imagePullSecrets").isEmpty()) {
            spec.set("imagePullSecrets", account.get().path("imagePullSecrets").deepCopy());
        }
        var mounts = spec.path("automountServiceAccountToken").isBoolean()
                ? spec.path("automountServiceAccountToken").asBoolean()
                : account.map(a -> a.path("automountServiceAccountToken").asBoolean(true)).orElse(true);
        if (mounts) {
            token(spec);
        }
        if (account.isPresent() && account.get().path("metadata").path("annotations").path(ENFORCE_SECRETS).asText("").equals("true")) {
            limitSecrets(attributes, account.get(), spec);
        }
    }

    private Optional<ObjectNode> find(Attributes attributes, String name) throws RefusedException {
        var account = store.get("/core/serviceaccounts/" + attributes.namespace() + "/" + name).map(e -> Followed.parse(e.value()));
        // The default account comes by itself, a moment after its namespace.
        if (account.isEmpty() && !name.equals("default")) {
            throw RefusedException.forbidden(attributes, "error looking up service account " + attributes.namespace() + "/" + name + ": serviceaccount \"" + name + "\" not found");
        }
        return account;
    }

    private static void mirror(Attributes attributes, ObjectNode spec) throws RefusedException {
        if (!spec.path("serviceAccountName").asText("").isEmpty()) {
            throw RefusedException.forbidden(attributes, "a mirror pod may not reference service accounts");
        }
        for (var volume : spec.path("volumes")) {
            if (volume.has("secret")) {
                throw RefusedException.forbidden(attributes, "a mirror pod may not reference secrets");
            }
            for (var source : volume.path("projected").path("sources")) {
                if (source.has("serviceAccountToken")) {
                    throw RefusedException.forbidden(attributes, "a mirror pod may not use ServiceAccountToken volume projections");
                }
            }
        }
    }

    private static void token(ObjectNode spec) {
        var name = VOLUME_PREFIX + RandomSuffix.next();
        var used = false;
        for (var volume : spec.path("volumes")) {
            if (volume.path("name").asText().startsWith(VOLUME_PREFIX)) {
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
        sources.addObject().putObject("serviceAccountToken").put("expirationSeconds", TOKEN_SECONDS).put("path", "token");
        var map = sources.addObject().putObject("configMap").put("name", "kube-root-ca.crt");
        map.putArray("items").addObject().put("key", "ca.crt").put("path", "ca.crt");
        sources.addObject().putObject("downwardAPI").putArray("items").addObject().put("path", "namespace")
                .putObject("fieldRef").put("apiVersion", "v1").put("fieldPath", "metadata.namespace");
        projected.put("defaultMode", 0644);
    }

    private static void limitSecrets(Attributes attributes, ObjectNode account, ObjectNode spec) throws RefusedException {
        var mountable = names(account.path("secrets"));
        var owner = account.path("metadata").path("name").asText();
        for (var volume : spec.path("volumes")) {
            var secret = volume.path("secret").path("secretName").asText("");
            if (!secret.isEmpty() && !mountable.contains(secret)) {
                throw RefusedException.forbidden(attributes, "volume with secret.secretName=\"" + secret + MOUNTABLE_ONLY + owner + " does not reference that secret");
            }
        }
        for (var list : List.of("initContainers", "containers")) {
            for (var container : spec.path(list)) {
                var where = (list.equals("containers") ? "container " : "init container ") + container.path("name").asText();
                for (var env : container.path("env")) {
                    var secret = env.path("valueFrom").path("secretKeyRef").path("name").asText("");
                    if (!secret.isEmpty() && !mountable.contains(secret)) {
                        throw RefusedException.forbidden(attributes, where + " with envVar " + env.path("name").asText() + " referencing secret.secretName=\"" + secret
                                + MOUNTABLE_ONLY + owner + " does not reference that secret");
                    }
                }
            }
        }
        var pull = names(account.path("imagePullSecrets"));
        var at = 0;
        for (var secret : spec.path("imagePullSecrets")) {
            var name = secret.path("name").asText();
            if (!pull.contains(name)) {
                throw RefusedException.forbidden(attributes, "imagePullSecrets[" + at + "].name=\"" + name + MOUNTABLE_ONLY + owner + " does not reference that imagePullSecret");
            }
            at++;
        }
    }

    private static HashSet<String> names(JsonNode list) {
        var names = new HashSet<String>();
        list.forEach(one -> names.add(one.path("name").asText()));
        return names;
    }
}
