package dev.skerry.kube.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.apiserver.ServerConfig.User;
import dev.skerry.kube.schema.Defaults;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a table of defaults cannot say: first status, which fields a write through a subresource may touch, what a generation counts. */
final class Preparation {

    private static final Set<String> WITHOUT_GENERATION = Set.of(
            "ConfigMap", "Secret", "Namespace", "Node", "ServiceAccount", "Event", "Endpoints", "Lease", "Role", "RoleBinding", "ClusterRole",
            "ClusterRoleBinding", "Service", "PersistentVolume", "PersistentVolumeClaim", "LimitRange", "ResourceQuota", "StorageClass", "CSINode",
            "CSIDriver", "CertificateSigningRequest", "APIService", "ControllerRevision", "HorizontalPodAutoscaler", "RuntimeClass");
    /** Kinds that a PUT may make. */
    private static final Set<String> MADE_BY_PUT = Set.of(
            "Service", "Endpoints", "Event", "LimitRange", "Lease", "Role", "RoleBinding", "ClusterRole", "ClusterRoleBinding", "RuntimeClass");
    /** Kinds whose PUT must say of which version it is; custom resources are such too. */
    private static final Set<String> VERSIONED = Set.of(
            "APIService", "CustomResourceDefinition", "PodDisruptionBudget", "ValidatingAdmissionPolicy", "ValidatingAdmissionPolicyBinding",
            "MutatingAdmissionPolicy", "MutatingAdmissionPolicyBinding", "ValidatingWebhookConfiguration", "MutatingWebhookConfiguration", "RuntimeClass",
            "Lease", "VolumeAttachment", "CSIDriver", "CSINode", "CSIStorageCapacity", "ServiceCIDR", "IPAddress", "FlowSchema", "PriorityLevelConfiguration");
    /** Members that belong to the system once the object is there. */
    private static final List<String> FIXED = List.of("uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "generation", "namespace", "name", "selfLink");

    private static final String TEMPLATE_GENERATION = "deprecated.daemonset.template.generation";

    private final InstantSource clock;

    Preparation(InstantSource clock) {
        this.clock = clock;
    }

    static boolean countsGenerations(ResourceType type) {
        return type.custom() || !WITHOUT_GENERATION.contains(type.kind());
    }

    static boolean madeByPut(ResourceType type) {
        return !type.custom() && MADE_BY_PUT.contains(type.kind());
    }

    /** Upstream keeps no owners of signing requests. */
    static boolean tracksOwners(ResourceType type) {
        return type.custom() || !type.kind().equals("CertificateSigningRequest");
    }

    static boolean updatedByVersionOnly(ResourceType type) {
        return type.custom() || VERSIONED.contains(type.kind());
    }

    /** The generation after a write. */
    static void count(ResourceType type, ObjectNode changed, ObjectNode live) {
        var relabelled = type.kind().equals("EndpointSlice") && !changed.path("metadata").path("labels").equals(live.path("metadata").path("labels"));
        if (countsGenerations(type) && (relabelled || !wished(type, changed).equals(wished(type, live)))) {
            Resources.metadata(changed).put("generation", live.path("metadata").path("generation").asLong() + 1);
        }
    }

    /** The part of an object that its generation counts: everything but metadata and status. */
    static ObjectNode wished(ResourceType type, ObjectNode object) {
        var copy = object.deepCopy();
        copy.remove(List.of("metadata"));
        if (!type.custom() || type.has("status")) {
            copy.remove("status");
        }
        return copy;
    }

    /** What belongs to the writer although he did not write it; and nobody sets a status by creating the object. */
    void beforeOwners(ResourceType type, ObjectNode object) {
        if (type.kind().equals("DaemonSet") && !type.custom()) {
            Resources.metadata(object).withObjectProperty("annotations").put(TEMPLATE_GENERATION, "1");
        }
        if (keepsStatusApart(type)) {
            object.remove("status");
        }
    }

    /** What the system adds to a new object, and so nobody owns. */
    void beforeCreate(ResourceType type, ObjectNode object, User user) {
        if (type.custom()) {
            return;
        }
        switch (type.kind()) {
            case "Namespace" -> {
                var finalizers = object.withObject("/spec").withArray("finalizers");
                for (var one : finalizers) {
                    if (one.asText().equals("kubernetes")) {
                        return;
                    }
                }
                finalizers.add("kubernetes");
            }
            case "Job" -> JobSelectors.generate(object);
            case "CertificateSigningRequest" -> {
                var spec = object.withObject("/spec").put("username", user.name());
                spec.remove(List.of("uid", "extra"));
                if (!user.uid().isEmpty()) {
                    spec.put("uid", user.uid());
                }
                var groups = spec.putArray("groups");
                user.groups().forEach(groups::add);
                user.extra().forEach((key, values) -> values.forEach(spec.withObjectProperty("extra").withArrayProperty(key)::add));
            }
            case "Pod" -> {
                AppArmorProfiles.fromAnnotations(object);
                if (object.path("spec").path("terminationGracePeriodSeconds").asLong() < 0) {
                    object.withObject("/spec").put("terminationGracePeriodSeconds", 1);
                }
            }
            case "PersistentVolumeClaim" -> dataSources(object.withObject("/spec"));
            case "Lease" -> {
                // Fields of coordinated leader election, which is off unless asked for.
                if (object.get("spec") instanceof ObjectNode spec) {
                    spec.remove(List.of("strategy", "preferredHolder"));
                }
            }
            default -> {
                // Nothing beyond the schema's defaults.
            }
        }
    }

    /** Only claims and snapshots count as plain sources; what stands in one of the two members comes to stand in the other. */
    private static void dataSources(ObjectNode spec) {
        var source = spec.path("dataSource");
        var claim = source.path("kind").asText().equals("PersistentVolumeClaim") && source.path("apiGroup").asText("").isEmpty();
        var snapshot = source.path("kind").asText().equals("VolumeSnapshot") && source.path("apiGroup").asText("").equals("snapshot.storage.k8s.io");
        if (!claim && !snapshot) {
            spec.remove("dataSource");
        }
        var reference = spec.path("dataSourceRef");
        if (spec.has("dataSource") && !reference.isObject()) {
            spec.set("dataSourceRef", spec.path("dataSource").deepCopy());
        } else if (reference.isObject() && !spec.has("dataSource") && reference.path("namespace").asText("").isEmpty()) {
            ObjectNode copy = reference.deepCopy();
            copy.remove("namespace");
            spec.set("dataSource", copy);
        }
    }

    private static boolean keepsStatusApart(ResourceType type) {
        return type.custom() ? type.has("status") : type.schema().property("status") != null;
    }

    /** The status of an object that nobody has looked at yet. */
    void firstStatus(ResourceType type, ObjectNode object) {
        if (type.custom() || type.schema().property("status") == null) {
            return;
        }
        var status = object.withObject("/status");
        switch (type.kind()) {
            case "Pod" -> {
                status.put("phase", "Pending").put("qosClass", qosClass(object));
                if (!object.path("spec").path("schedulingGates").isEmpty()) {
                    status.putArray("conditions").addObject().put("type", "PodScheduled").put("status", "False").putNull("lastProbeTime")
                            .putNull("lastTransitionTime").put("reason", "SchedulingGated")
                            .put("message", "Scheduling is blocked due to non-empty scheduling gates");
                }
            }
            case "Namespace", "PersistentVolumeClaim" -> status.put("phase", type.kind().equals("Namespace") ? "Active" : "Pending");
            case "PersistentVolume" -> status.put("phase", "Pending").put("lastPhaseTransitionTime", clock.instant().truncatedTo(ChronoUnit.SECONDS).toString());
            case "Service", "Ingress" -> status.withObject("/loadBalancer");
            default -> {
                // The schema fills in what is always written.
            }
        }
    }

    private static String qosClass(ObjectNode pod) {
        var some = false;
        var guaranteed = true;
        for (var list : List.of("containers", "initContainers")) {
            for (var container : pod.path("spec").path(list)) {
                var resources = container.path("resources");
                some |= counts(resources.path("requests")) || counts(resources.path("limits"));
                for (var name : List.of("cpu", "memory")) {
                    var limit = resources.path("limits").path(name);
                    guaranteed &= !limit.isMissingNode() && (resources.path("requests").path(name).isMissingNode() || resources.path("requests").path(name).equals(limit));
                }
            }
        }
        return some ? guaranteed ? "Guaranteed" : "Burstable" : "BestEffort";
    }

    private static boolean counts(JsonNode amounts) {
        return List.of("cpu", "memory").stream().anyMatch(n -> amounts.has(n) && !amounts.path(n).asText().equals("0"));
    }

    /** Keeps what this path may not write as it is. */
    void beforeUpdate(ResourceType type, String subresource, ObjectNode changed, ObjectNode live) {
        var metadata = Resources.metadata(changed);
        var before = (ObjectNode) live.path("metadata");
        for (var fixed : FIXED) {
            copy(metadata, before, fixed);
        }
        switch (subresource) {
            case "" -> {
                if (keepsStatusApart(type)) {
                    copy(changed, live, "status");
                }
                if (type.kind().equals("DaemonSet") && !type.custom()) {
                    var last = live.path("metadata").path("annotations").path(TEMPLATE_GENERATION).asLong(1);
                    metadata.withObjectProperty("annotations").put(TEMPLATE_GENERATION,
                            Long.toString(sameTemplate(type, changed, live) ? last : last + 1));
                }
            }
            case "status" -> {
                only(changed, live, Set.of("status", "metadata"));
                if (type.custom()) {
                    for (var name : List.of("labels", "annotations", "finalizers", "ownerReferences")) {
                        copy(metadata, before, name);
                    }
                } else {
                    copy(metadata, before, "ownerReferences");
                }
            }
            case "finalize" -> only(changed, live, Set.of("spec", "metadata"));
            case "ephemeralcontainers" -> {
                var containers = changed.path("spec").path("ephemeralContainers").deepCopy();
                only(changed, live, Set.of("metadata"));
                if (containers.isArray()) {
                    changed.set("spec", live.path("spec").deepCopy());
                    changed.withObject("/spec").set("ephemeralContainers", containers);
                }
            }
            case "approval" -> {
                var conditions = changed.path("status").path("conditions").deepCopy();
                only(changed, live, Set.of("metadata"));
                if (conditions.isArray()) {
                    var now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
                    for (var condition : conditions) {
                        for (var time : List.of("lastUpdateTime", "lastTransitionTime")) {
                            if (condition instanceof ObjectNode fields && !fields.path(time).isTextual()) {
                                fields.put(time, now);
                            }
                        }
                    }
                    changed.withObject("/status").set("conditions", conditions);
                }
            }
            default -> {
                // Other subresources make their own change.
            }
        }
    }

    /** What a write of the object itself cannot change although its writer comes to own it. */
    static void keep(ResourceType type, String subresource, ObjectNode changed, ObjectNode live) {
        if (subresource.isEmpty() && type.kind().equals("Namespace") && !type.custom()) {
            copy(changed, live, "spec");
        }
    }

    private static void only(ObjectNode changed, ObjectNode live, Set<String> writable) {
        var names = new HashSet<String>();
        live.fieldNames().forEachRemaining(names::add);
        changed.fieldNames().forEachRemaining(names::add);
        names.removeAll(writable);
        names.forEach(name -> copy(changed, live, name));
    }

    private static void copy(ObjectNode to, ObjectNode from, String field) {
        JsonNode value = from.get(field);
        if (value == null) {
            to.remove(field);
        } else {
            to.set(field, value.deepCopy());
        }
    }

    /** Whether both would start the same pods, once what was left out is filled in. */
    private static boolean sameTemplate(ResourceType type, ObjectNode changed, ObjectNode live) {
        var whole = changed.deepCopy();
        Defaults.apply(whole, type.schema());
        return live.path("spec").path("template").equals(whole.path("spec").path("template"));
    }
}
