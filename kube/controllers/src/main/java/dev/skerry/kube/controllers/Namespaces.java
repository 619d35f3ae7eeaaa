package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.ServiceAccount;
import io.fabric8.kubernetes.api.model.ServiceAccountBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Predicate;

/**
 * Keeps the namespaces that everybody expects, gives each namespace its default service account and the authority's
 * certificate, and empties those that are to go: Pods first, then the rest.
 */
final class Namespaces implements Controller {

    private static final List<String> EXPECTED = List.of("default", "kube-system", "kube-public", "kube-node-lease");
    private static final String ACCOUNT = "default";
    private static final String AUTHORITY = "kube-root-ca.crt";
    private static final String ABOUT_AUTHORITY = "Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the "
            + "internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.";
    private static final String CERTIFICATE = "ca.crt";
    private static final String FINALIZER = "kubernetes";
    private static final Duration LOOK_AGAIN = Duration.ofSeconds(1);

    private final Writer writer;
    private final ControllersConfig config;
    private final Cache<Namespace> namespaces;
    private final Cache<ServiceAccount> accounts;
    private final Cache<ConfigMap> authorities;
    private final ControlLoop loop;

    /** @param accounts those called default @param authorities the config maps called kube-root-ca.crt */
    Namespaces(
            Writer writer, ControllersConfig config, Cache<Namespace> namespaces, Cache<ServiceAccount> accounts, Cache<ConfigMap> authorities, Cache<Pod> pods) {
        this.writer = writer;
        this.config = config;
        this.namespaces = namespaces;
        this.accounts = accounts;
        this.authorities = authorities;
        this.loop = new ControlLoop("namespaces", 2, this::reconcile);
        namespaces.onChange(n -> loop.add(Cache.key(n)));
        accounts.onChange(a -> loop.add(Cache.namespace(a)));
        authorities.onChange(a -> loop.add(Cache.namespace(a)));
        pods.onChange(p -> namespaces.find(Cache.namespace(p)).filter(Cache::leaving).ifPresent(n -> loop.add(Cache.key(n))));
        EXPECTED.forEach(loop::add);
    }

    static Cache<ServiceAccount> accounts(RawApi api) {
        return new Cache<>(api, "/api/v1/serviceaccounts?fieldSelector=metadata.name%3D" + ACCOUNT, ServiceAccount.class);
    }

    static Cache<ConfigMap> authorities(RawApi api) {
        return new Cache<>(api, "/api/v1/configmaps?fieldSelector=metadata.name%3D" + AUTHORITY, ConfigMap.class);
    }

    @Override
    public void start() {
        loop.start();
    }

    private Optional<Duration> reconcile(String name) {
        var namespace = namespaces.find(name);
        if (namespace.isEmpty()) {
            if (EXPECTED.contains(name)) {
                writer.create(new NamespaceBuilder().withNewMetadata().withName(name).endMetadata().build());
            }
            return Optional.empty();
        }
        if (Cache.leaving(namespace.get())) {
            return empty(namespace.get());
        }
        furnish(name);
        return Optional.empty();
    }

    private void furnish(String namespace) {
        if (accounts.find(Cache.key(namespace, ACCOUNT)).isEmpty()) {
            writer.create(new ServiceAccountBuilder().withNewMetadata().withNamespace(namespace).withName(ACCOUNT).endMetadata().build());
        }
        var wished = Map.of(CERTIFICATE, config.authorityPem());
        var there = authorities.find(Cache.key(namespace, AUTHORITY));
        if (there.isEmpty()) {
            writer.create(new ConfigMapBuilder().withNewMetadata().withNamespace(namespace).withName(AUTHORITY)
                    .addToAnnotations("kubernetes.io/description", ABOUT_AUTHORITY).endMetadata().withData(wished).build());
        } else if (!wished.equals(there.get().getData())) {
            writer.merge(there.get(), Map.of("data", wished));
        }
    }

    private Optional<Duration> empty(Namespace namespace) {
        var name = namespace.getMetadata().getName();
        if (!namespace.getSpec().getFinalizers().contains(FINALIZER)) {
            return Optional.empty();
        }
        var kinds = Kind.discover(writer.client()).stream().filter(Kind::namespaced).toList();
        Predicate<Kind> pods = k -> k.resource().equals("pods");
        var left = delete(name, kinds.stream().filter(pods).toList());
        if (left.isEmpty()) {
            left = delete(name, kinds.stream().filter(pods.negate()).toList());
        }
        if (!left.isEmpty()) {
            tell(namespace, left);
            return Optional.of(LOOK_AGAIN);
        }
        var others = namespace.getSpec().getFinalizers().stream().filter(f -> !f.equals(FINALIZER)).toList();
        var metadata = Map.of("name", name, "resourceVersion", namespace.getMetadata().getResourceVersion());
        writer.client().raw("/api/v1/namespaces/" + name + "/finalize", "PUT",
                Map.of("apiVersion", "v1", "kind", "Namespace", "metadata", metadata, "spec", Map.of("finalizers", others)));
        return Optional.empty();
    }

    /** Objects of one kind that are still there. */
    private record Left(Kind kind, int count, List<String> finalizers) {}

    private List<Left> delete(String namespace, List<Kind> kinds) {
        var all = new ArrayList<Left>();
        for (var kind : kinds) {
            if (list(kind, namespace).isEmpty()) {
                continue;
            }
            if (kind.verbs().contains("deletecollection")) {
                writer.client().raw(kind.path(namespace), "DELETE", Map.of("kind", "DeleteOptions", "apiVersion", "v1", "propagationPolicy", "Background"));
            } else {
                list(kind, namespace).forEach(o -> writer.delete(kind.path(namespace, o.path("metadata").path("name").asText()), o.path("metadata").path("uid").asText(), "Background"));
            }
            var left = list(kind, namespace);
            if (!left.isEmpty()) {
                var finalizers = new ArrayList<String>();
                left.forEach(o -> o.path("metadata").path("finalizers").forEach(f -> finalizers.add(f.asText())));
                all.add(new Left(kind, left.size(), finalizers));
            }
        }
        return all;
    }

    private List<JsonNode> list(Kind kind, String namespace) {
        var body = writer.client().raw(kind.path(namespace));
        var items = new ArrayList<JsonNode>();
        if (body != null) {
            writer.client().getKubernetesSerialization().unmarshal(body, JsonNode.class).path("items").forEach(items::add);
        }
        return items;
    }

    /** Says in the namespace what it still waits for. */
    private void tell(Namespace namespace, List<Left> left) {
        var remaining = new ArrayList<String>();
        var finalizers = new TreeMap<String, Integer>();
        left.stream().sorted(Comparator.comparing(l -> l.kind().resource())).forEach(l -> {
            remaining.add(l.kind().plural() + "." + l.kind().group() + " has " + l.count() + " resource instances");
            l.finalizers().forEach(f -> finalizers.merge(f, 1, Integer::sum));
        });
        var held = finalizers.entrySet().stream().map(e -> e.getKey() + " in " + e.getValue() + " resource instances").toList();
        var wished = List.of(
                new Condition("NamespaceDeletionDiscoveryFailure", "False", "ResourcesDiscovered", "All resources successfully discovered"),
                new Condition("NamespaceDeletionGroupVersionParsingFailure", "False", "ParsedGroupVersions", "All legacy kube types successfully parsed"),
                new Condition("NamespaceDeletionContentFailure", "False", "ContentDeleted", "All content successfully deleted, may be waiting on finalization"),
                new Condition("NamespaceContentRemaining", "True", "SomeResourcesRemain", "Some resources are remaining: " + String.join(", ", remaining)),
                held.isEmpty()
                        ? new Condition("NamespaceFinalizersRemaining", "False", "ContentHasNoFinalizers", "All content-preserving finalizers finished")
                        : new Condition("NamespaceFinalizersRemaining", "True", "SomeFinalizersRemain", "Some content in the namespace has finalizers remaining: " + String.join(", ", held)));
        var there = namespace.getStatus().getConditions().stream().map(c -> new Condition(c.getType(), c.getStatus(), c.getReason(), c.getMessage())).toList();
        if (!there.equals(wished)) {
            var now = config.clock().instant();
            writer.mergeStatus(namespace, Map.of("conditions", wished.stream().map(c -> c.fields("lastTransitionTime", now)).toList()));
        }
    }

    @Override
    public void close() {
        loop.close();
    }
}
