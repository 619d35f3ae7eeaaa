package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.store.ObjectStore;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a table of defaults cannot say: allocation, first status, which fields a write through a subresource may touch. */
final class Preparation {

    private static final Set<String> WITHOUT_GENERATION = Set.of(
            "ConfigMap", "Secret", "Namespace", "Node", "ServiceAccount", "Event", "Endpoints", "EndpointSlice", "Lease", "Role", "RoleBinding",
            "ClusterRole", "ClusterRoleBinding", "Service", "PersistentVolume", "PersistentVolumeClaim", "LimitRange", "ResourceQuota",
            "StorageClass", "CSINode", "CSIDriver", "PodTemplate", "ReplicationController", "CertificateSigningRequest", "APIService", "ControllerRevision");
    private static final int SERVICE_ADDRESSES = 65_000;

    boolean countsGenerations(ResourceType type) {
        return type.custom() || !WITHOUT_GENERATION.contains(type.kind());
    }

    /** The part of an object that its generation counts: everything but metadata and status. */
    ObjectNode wished(ObjectNode object) {
        var copy = object.deepCopy();
        copy.remove(List.of("metadata", "status"));
        return copy;
    }

    void beforeCreate(ResourceType type, ObjectNode object, User user) {
        switch (type.kind()) {
            case "Namespace" -> {
                object.withObject("/spec").withArray("finalizers").removeAll().add("kubernetes");
                object.withObject("/status").put("phase", "Active");
                Resources.metadata(object).withObject("/labels").put("kubernetes.io/metadata.name", object.path("metadata").path("name").asText());
            }
            case "Pod" -> pod(object);
            case "CertificateSigningRequest" -> object.withObject("/spec").put("username", user.name());
            case "Secret" -> stringData(object);
            default -> {
                // Nothing beyond the schema's defaults.
            }
        }
    }

    private static void stringData(ObjectNode secret) {
        if (secret.remove("stringData") instanceof ObjectNode text) {
            var data = secret.withObject("/data");
            text.properties().forEach(e -> data.put(
                    e.getKey(), java.util.Base64.getEncoder().encodeToString(e.getValue().asText().getBytes(java.nio.charset.StandardCharsets.UTF_8))));
        }
    }

    private static void pod(ObjectNode pod) {
        var spec = pod.withObject("/spec");
        if (spec.path("serviceAccountName").asText("").isEmpty()) {
            spec.put("serviceAccountName", "default");
        }
        spec.put("serviceAccount", spec.path("serviceAccountName").asText());
        if (!spec.has("priority")) {
            spec.put("priority", 0);
        }
        if (!spec.has("preemptionPolicy")) {
            spec.put("preemptionPolicy", "PreemptLowerPriority");
        }
        var tolerations = spec.withArray("tolerations");
        tolerate(tolerations, "node.kubernetes.io/not-ready");
        tolerate(tolerations, "node.kubernetes.io/unreachable");
    }

    private static void tolerate(ArrayNode tolerations, String key) {
        for (var one : tolerations) {
            if (one.path("key").asText("").equals(key)) {
                return;
            }
        }
        tolerations.addObject().put("key", key).put("operator", "Exists").put("effect", "NoExecute").put("tolerationSeconds", 300);
    }

    void afterDefaults(ResourceType type, ObjectNode object, ObjectStore store) throws Failure {
        switch (type.kind()) {
            case "Pod" -> object.withObject("/status").put("phase", "Pending").put("qosClass", qosClass(object));
            case "Service" -> {
                address(object, store);
                object.withObject("/status").withObject("/loadBalancer");
            }
            case "Deployment", "ReplicaSet", "StatefulSet", "DaemonSet", "Job", "CronJob", "PersistentVolumeClaim" -> object.withObject("/status");
            default -> {
                // No first status.
            }
        }
        if (type.kind().equals("ReplicaSet")) {
            object.withObject("/status").put("replicas", 0);
        }
    }

    private static String qosClass(ObjectNode pod) {
        var some = false;
        var guaranteed = true;
        for (var container : pod.path("spec").path("containers")) {
            var resources = container.path("resources");
            some |= !resources.path("requests").isEmpty() || !resources.path("limits").isEmpty();
            for (var name : List.of("cpu", "memory")) {
                var limit = resources.path("limits").path(name);
                guaranteed &= !limit.isMissingNode() && (resources.path("requests").path(name).isMissingNode() || resources.path("requests").path(name).equals(limit));
            }
        }
        return some ? guaranteed ? "Guaranteed" : "Burstable" : "BestEffort";
    }

    private static void address(ObjectNode service, ObjectStore store) throws Failure {
        var spec = service.withObject("/spec");
        if (spec.path("type").asText("").equals("ExternalName") || !spec.path("clusterIP").asText("").isEmpty()) {
            if (!spec.path("clusterIP").asText("").isEmpty() && !spec.has("clusterIPs")) {
                spec.putArray("clusterIPs").add(spec.path("clusterIP").asText());
            }
            return;
        }
        var taken = new HashSet<String>();
        try {
            store.list("/core/services/", "", 0, 0).entries().forEach(e -> taken.add(Bodies.stored(e.value()).path("spec").path("clusterIP").asText("")));
        } catch (ObjectStore.CompactedException e) {
            throw Failure.internal("the newest state was compacted");
        }
        // The first few are kept for the API itself and the DNS.
        for (int i = 20; i < SERVICE_ADDRESSES; i++) {
            var address = "10.96." + i / 256 + "." + i % 256;
            if (!taken.contains(address)) {
                spec.put("clusterIP", address);
                spec.putArray("clusterIPs").add(address);
                return;
            }
        }
        throw Failure.internal("failed to allocate a serviceIP: range is full");
    }

    /** Keeps what this path may not write as it is. */
    void beforeUpdate(ResourceType type, String subresource, ObjectNode changed, ObjectNode live) {
        switch (subresource) {
            case "" -> {
                if (type.has("status") && !type.kind().equals("CustomResourceDefinition")) {
                    copy(changed, live, "status");
                }
            }
            case "status" -> {
                for (var name : fieldNames(live, changed)) {
                    if (!name.equals("status") && !name.equals("metadata")) {
                        copy(changed, live, name);
                    }
                }
                var metadata = Resources.metadata(changed);
                for (var name : List.of("labels", "annotations", "finalizers", "ownerReferences")) {
                    copy(metadata, (ObjectNode) live.path("metadata"), name);
                }
            }
            case "finalize" -> copy(changed, live, "status");
            default -> {
                // Other subresources make their own change.
            }
        }
        if (type.kind().equals("Secret")) {
            stringData(changed);
        }
    }

    private static Set<String> fieldNames(ObjectNode a, ObjectNode b) {
        var names = new HashSet<String>();
        a.fieldNames().forEachRemaining(names::add);
        b.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static void copy(ObjectNode to, ObjectNode from, String field) {
        JsonNode value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value.deepCopy());
        }
    }
}
