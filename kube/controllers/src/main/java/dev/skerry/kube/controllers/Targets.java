package dev.skerry.kube.controllers;

import java.util.Map;
import java.util.Optional;

/** Where the scale of an object is that a reference names. */
final class Targets {

    private static final Map<String, String> KNOWN = Map.of(
            "apps/Deployment", "deployments", "apps/ReplicaSet", "replicasets", "apps/StatefulSet", "statefulsets", "/ReplicationController", "replicationcontrollers");

    private Targets() {}

    static String group(String apiVersion) {
        return apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
    }

    /** @return empty if the API has no such kind */
    static Optional<String> path(Writer writer, String namespace, String apiVersion, String kind, String name) {
        var group = group(apiVersion);
        var known = KNOWN.get(group + "/" + kind);
        if (known != null) {
            return Optional.of((group.isEmpty() ? "/api/v1" : "/apis/" + group + "/v1") + "/namespaces/" + namespace + "/" + known + "/" + name + "/scale");
        }
        return Kind.discover(writer.client()).stream().filter(k -> k.group().equals(group) && k.kind().equals(kind)).findFirst().map(k -> k.path(namespace, name) + "/scale");
    }

    /** As the API says that an object is not there. */
    static String missing(String path, String name) {
        var parts = path.split("/");
        var plural = parts[parts.length - 3];
        return plural + (path.startsWith("/apis/") ? "." + parts[2] : "") + " \"" + name + "\" not found";
    }
}
