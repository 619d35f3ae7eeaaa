package dev.skerry.kube.controllers;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * A kind of object that the API serves.
 *
 * @param group empty for the core
 */
record Kind(String group, String version, String plural, String kind, boolean namespaced, Set<String> verbs) {

    Kind {
        verbs = Set.copyOf(verbs);
    }

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** As messages name it: {@code deployments.apps}. */
    String resource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** @param namespace empty for all, or for a kind without */
    String path(String namespace) {
        var root = group.isEmpty() ? "/api/" : "/apis/";
        return root + apiVersion() + (namespaced && !namespace.isEmpty() ? "/namespaces/" + namespace : "") + "/" + plural;
    }

    String path(String namespace, String name) {
        return path(namespace) + "/" + name;
    }

    /** Every kind that can be listed and deleted, each in the version that the API prefers, if it is there, and by one name only. */
    static List<Kind> discover(KubernetesClient client) {
        var kinds = new ArrayList<>(of(client, "/api/v1", "", "v1"));
        for (var group : get(client, "/apis").path("groups")) {
            var name = group.path("name").asText();
            // The same objects as the events of the core.
            if (name.equals("events.k8s.io")) {
                continue;
            }
            var versions = new LinkedHashSet<String>();
            versions.add(group.path("preferredVersion").path("version").asText());
            group.path("versions").forEach(v -> versions.add(v.path("version").asText()));
            var known = new HashSet<String>();
            for (var version : versions) {
                of(client, "/apis/" + name + "/" + version, name, version).stream().filter(k -> known.add(k.plural)).forEach(kinds::add);
            }
        }
        return kinds;
    }

    private static List<Kind> of(KubernetesClient client, String path, String group, String version) {
        var kinds = new ArrayList<Kind>();
        for (var resource : get(client, path).path("resources")) {
            var verbs = new HashSet<String>();
            resource.path("verbs").forEach(v -> verbs.add(v.asText()));
            var plural = resource.path("name").asText();
            if (!plural.contains("/") && verbs.containsAll(Set.of("list", "delete"))) {
                kinds.add(new Kind(group, version, plural, resource.path("kind").asText(), resource.path("namespaced").asBoolean(), verbs));
            }
        }
        return kinds;
    }

    private static JsonNode get(KubernetesClient client, String path) {
        var body = client.raw(path);
        // A group may go between the two requests.
        return client.getKubernetesSerialization().unmarshal(body == null ? "{}" : body, JsonNode.class);
    }
}
