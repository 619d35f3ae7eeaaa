package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.skerry.kube.quota.Amounts;
import dev.skerry.kube.schema.Gvk;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What is allowed and yet probably not meant: told with the answer to a write. */
public final class ObjectWarnings {

    private static final String MUST_BE_WHOLE = " is invalid, must be an integer";
    private static final String NAMES = ", which can result in surprising behavior; a DNS label is recommended: ";

    private ObjectWarnings() {}

    /** Of a new object, or of one whose wished state has changed. */
    public static List<String> of(Gvk kind, ObjectNode object, boolean created) {
        var warnings = new ArrayList<String>();
        var spec = object.path("spec");
        switch (kind.group() + "/" + kind.kind()) {
            case "/Pod" -> {
                if (created) {
                    name(object, "this is used in the Pod's hostname", warnings);
                    PodWarnings.add("", object, warnings);
                }
            }
            case "/ReplicationController", "apps/ReplicaSet", "apps/Deployment", "batch/Job" -> {
                if (created) {
                    name(object, "this is used in Pod names and hostnames", warnings);
                }
                PodWarnings.add("spec.template.", spec.path("template"), warnings);
            }
            case "apps/DaemonSet", "apps/StatefulSet" -> PodWarnings.add("spec.template.", spec.path("template"), warnings);
            case "batch/CronJob" -> {
                if (created) {
                    name(object, "this is used in Job names, Pod names and hostnames", warnings);
                }
                PodWarnings.add("spec.jobTemplate.spec.template.", spec.path("jobTemplate").path("spec").path("template"), warnings);
            }
            case "/PodTemplate" -> PodWarnings.add("template.", object.path("template"), warnings);
            case "/Service" -> service(object, warnings);
            case "/PersistentVolumeClaim" -> claim(object, warnings);
            case "/PersistentVolume" -> volume(object, warnings);
            case "networking.k8s.io/Ingress" -> {
                if (object.path("metadata").path("annotations").has("kubernetes.io/ingress.class") && created) {
                    warnings.add("annotation \"kubernetes.io/ingress.class\" is deprecated, please use 'spec.ingressClassName' instead");
                }
            }
            case "storage.k8s.io/StorageClass" -> topologies(object.path("allowedTopologies"), warnings);
            case "node.k8s.io/RuntimeClass" -> object.path("scheduling").path("nodeSelector").fieldNames().forEachRemaining(label ->
                    label("scheduling.nodeSelector[" + label + "]", label, false, warnings));
            default -> {
                // Nothing to tell.
            }
        }
        return warnings;
    }

    private static void name(ObjectNode object, String use, List<String> warnings) {
        var name = object.path("metadata").path("name").asText("");
        var faults = new ArrayList<String>();
        if (name.length() > 63) {
            faults.add("must be no more than 63 characters");
        }
        if (!name.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?")) {
            faults.add(name.matches("[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*") ? "must not contain dots"
                    : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
                            + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')");
        }
        if (!faults.isEmpty()) {
            warnings.add("metadata.name: " + use + NAMES + "[" + String.join(" ", faults) + "]");
        }
    }

    /** Labels of nodes that have newer names. */
    static void label(String field, String label, boolean told, List<String> warnings) {
        var newer = Map.of("beta.kubernetes.io/arch", "v1.14; use \"kubernetes.io/arch\"", "beta.kubernetes.io/os", "v1.14; use \"kubernetes.io/os\"",
                "failure-domain.beta.kubernetes.io/region", "v1.17; use \"topology.kubernetes.io/region\"",
                "failure-domain.beta.kubernetes.io/zone", "v1.17; use \"topology.kubernetes.io/zone\"",
                "beta.kubernetes.io/instance-type", "v1.17; use \"node.kubernetes.io/instance-type\"").get(label);
        if (newer != null) {
            warnings.add(field + ": " + (told ? label + " is " : "") + "deprecated since " + newer + " instead");
        }
    }

    static void fraction(String field, String amount, List<String> warnings) {
        if (Amounts.of(amount).stripTrailingZeros().scale() > 0) {
            warnings.add(field + ": fractional byte value " + new TextNode(amount) + MUST_BE_WHOLE);
        }
    }

    private static void service(ObjectNode service, List<String> warnings) {
        var spec = service.path("spec");
        if (service.path("metadata").path("annotations").has("service.kubernetes.io/topology-aware-hints")) {
            warnings.add("metadata.annotations[service.kubernetes.io/topology-aware-hints]: please use service.kubernetes.io/topology-mode instead");
        }
        if (spec.path("clusterIP").asText("").equals("None") && spec.path("sessionAffinity").asText("").equals("ClientIP")) {
            warnings.add("spec.SessionAffinity is ignored for headless services");
        }
        if (!spec.path("externalIPs").isEmpty()) {
            warnings.add("spec.externalIPs is deprecated and may no longer be implemented in some clusters");
        }
        if (spec.path("type").asText("").equals("ExternalName") && !spec.path("externalIPs").isEmpty()) {
            warnings.add("spec.externalIPs is ignored when spec.type is \"ExternalName\"");
        }
    }

    private static void claim(ObjectNode claim, List<String> warnings) {
        fraction("spec.resources.requests[storage]", claim.path("spec").path("resources").path("requests").path("storage").asText("0"), warnings);
        fraction("spec.resources.limits[storage]", claim.path("spec").path("resources").path("limits").path("storage").asText("0"), warnings);
        if (claim.path("metadata").path("annotations").has("volume.beta.kubernetes.io/storage-class")) {
            warnings.add("metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use \"storageClassName\" attribute instead");
        }
    }

    private static void volume(ObjectNode volume, List<String> warnings) {
        var spec = volume.path("spec");
        var annotations = volume.path("metadata").path("annotations");
        var terms = spec.path("nodeAffinity").path("required").path("nodeSelectorTerms");
        PodWarnings.terms("spec.nodeAffinity.required.nodeSelectorTerms", terms, warnings);
        if (annotations.has("volume.beta.kubernetes.io/storage-class")) {
            warnings.add("metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use \"storageClassName\" attribute instead");
        }
        if (annotations.has("volume.beta.kubernetes.io/mount-options")) {
            warnings.add("metadata.annotations[volume.beta.kubernetes.io/mount-options]: deprecated since v1.31; use \"mountOptions\" attribute instead");
        }
        if (spec.path("persistentVolumeReclaimPolicy").asText("").equals("Recycle")) {
            warnings.add("spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended approach is to use dynamic provisioning.");
        }
        PodWarnings.sources("spec", spec, warnings);
        fraction("spec.capacity[storage]", spec.path("capacity").path("storage").asText("0"), warnings);
    }

    private static void topologies(JsonNode topologies, List<String> warnings) {
        for (int i = 0; i < topologies.size(); i++) {
            var expressions = topologies.get(i).path("matchLabelExpressions");
            for (int j = 0; j < expressions.size(); j++) {
                label("allowedTopologies[" + i + "].matchLabelExpressions[" + j + "].key", expressions.get(j).path("key").asText(), true, warnings);
            }
        }
    }
}
