package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Base64;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What upstream fills in by code, type by type. Outer values are filled before inner ones. */
final class BuiltInDefaults {
    private static final String API = "io.k8s.api.";
    private static final int MODE = 0644;

    private static final Map<String, Consumer<ObjectNode>> RULES = Map.ofEntries(
            Map.entry("core.v1.Pod", o -> flag(object(o, "spec"), "enableServiceLinks", true)),
            Map.entry("core.v1.PodSpec", BuiltInDefaults::podSpec),
            Map.entry("core.v1.Container", BuiltInDefaults::container),
            Map.entry("core.v1.EphemeralContainer", BuiltInDefaults::container),
            Map.entry("core.v1.ContainerPort", o -> text(o, "protocol", "TCP")),
            Map.entry("core.v1.Probe", BuiltInDefaults::probe),
            Map.entry("core.v1.HTTPGetAction", o -> {
                text(o, "path", "/");
                text(o, "scheme", "HTTP");
            }),
            Map.entry("core.v1.GRPCAction", o -> o.putIfAbsent("service", Json.MAKE.textNode(""))),
            Map.entry("core.v1.ObjectFieldSelector", o -> text(o, "apiVersion", "v1")),
            Map.entry("core.v1.Volume", BuiltInDefaults::volume),
            Map.entry("core.v1.SecretVolumeSource", o -> number(o, "defaultMode", MODE)),
            Map.entry("core.v1.ConfigMapVolumeSource", o -> number(o, "defaultMode", MODE)),
            Map.entry("core.v1.DownwardAPIVolumeSource", o -> number(o, "defaultMode", MODE)),
            Map.entry("core.v1.ProjectedVolumeSource", o -> number(o, "defaultMode", MODE)),
            Map.entry("core.v1.ServiceAccountTokenProjection", o -> number(o, "expirationSeconds", 3600)),
            Map.entry("core.v1.HostPathVolumeSource", o -> o.putIfAbsent("type", Json.MAKE.textNode(""))),
            Map.entry("core.v1.Service", o -> BuiltInServices.apply(o)),
            Map.entry("core.v1.Secret", BuiltInDefaults::secret),
            Map.entry("core.v1.Namespace", BuiltInDefaults::namespace),
            Map.entry("core.v1.EndpointPort", o -> text(o, "protocol", "TCP")),
            Map.entry("discovery.v1.EndpointPort", o -> {
                o.putIfAbsent("name", Json.MAKE.textNode(""));
                text(o, "protocol", "TCP");
            }),
            Map.entry("core.v1.PersistentVolumeClaim", o -> text(o.withObjectProperty("status"), "phase", "Pending")),
            Map.entry("core.v1.PersistentVolumeClaimSpec", o -> text(o, "volumeMode", "Filesystem")),
            Map.entry("core.v1.PersistentVolume", o -> text(o.withObjectProperty("status"), "phase", "Pending")),
            Map.entry("core.v1.PersistentVolumeSpec", o -> {
                text(o, "persistentVolumeReclaimPolicy", "Retain");
                text(o, "volumeMode", "Filesystem");
            }),
            Map.entry("core.v1.LimitRangeItem", BuiltInDefaults::limit),
            Map.entry("core.v1.ResourceRequirements", BuiltInDefaults::resources),
            Map.entry("core.v1.ReplicationController", BuiltInDefaults::replicationController),
            Map.entry("apps.v1.DeploymentSpec", BuiltInDefaults::deployment),
            Map.entry("apps.v1.ReplicaSetSpec", o -> number(o, "replicas", 1)),
            Map.entry("apps.v1.StatefulSetSpec", BuiltInDefaults::statefulSet),
            Map.entry("apps.v1.DaemonSetSpec", BuiltInDefaults::daemonSet),
            Map.entry("batch.v1.Job", o -> {
                job(object(o, "spec"));
                JsonNode labels = o.path("spec").path("template").path("metadata").path("labels");
                if (labels.isObject() && !labels.isEmpty() && Json.empty(o.path("metadata").get("labels"))) {
                    object(o, "metadata").set("labels", labels.deepCopy());
                }
            }),
            Map.entry("apps.v1.DaemonSet", o -> object(object(o, "metadata"), "annotations").putIfAbsent("deprecated.daemonset.template.generation", Json.MAKE.textNode("0"))),
            Map.entry("batch.v1.CronJobSpec", o -> {
                text(o, "concurrencyPolicy", "Allow");
                flag(o, "suspend", false);
                number(o, "successfulJobsHistoryLimit", 3);
                number(o, "failedJobsHistoryLimit", 1);
            }),
            Map.entry("networking.v1.NetworkPolicyPort", o -> text(o, "protocol", "TCP")),
            Map.entry("networking.v1.NetworkPolicySpec", BuiltInDefaults::networkPolicy),
            Map.entry("networking.v1.IngressClassParametersReference", o -> text(o, "scope", "Cluster")),
            Map.entry("rbac.v1.Subject", BuiltInDefaults::subject),
            Map.entry("rbac.v1.RoleRef", o -> text(o, "apiGroup", "rbac.authorization.k8s.io")),
            Map.entry("scheduling.v1.PriorityClass", o -> text(o, "preemptionPolicy", "PreemptLowerPriority")),
            Map.entry("storage.v1.StorageClass", o -> {
                text(o, "reclaimPolicy", "Delete");
                text(o, "volumeBindingMode", "Immediate");
            }),
            Map.entry("storage.v1.CSIDriverSpec", BuiltInDefaults::csiDriver),
            Map.entry("autoscaling.v2.HorizontalPodAutoscalerSpec", BuiltInDefaults::autoscaler),
            Map.entry("autoscaling.v1.HorizontalPodAutoscalerSpec", o -> number(o, "minReplicas", 1)),
            Map.entry("admissionregistration.v1.ServiceReference", o -> number(o, "port", 443)),
            Map.entry("admissionregistration.v1.ValidatingWebhook", BuiltInDefaults::webhook),
            Map.entry("admissionregistration.v1.MutatingWebhook", o -> {
                webhook(o);
                text(o, "reinvocationPolicy", "Never");
            }),
            Map.entry("admissionregistration.v1.RuleWithOperations", o -> text(o, "scope", "*")),
            Map.entry("admissionregistration.v1.NamedRuleWithOperations", o -> text(o, "scope", "*")),
            Map.entry("admissionregistration.v1.MatchResources", o -> {
                object(o, "namespaceSelector");
                object(o, "objectSelector");
                text(o, "matchPolicy", "Equivalent");
            }),
            Map.entry("admissionregistration.v1.MutatingAdmissionPolicySpec", o -> text(o, "failurePolicy", "Fail")),
            Map.entry("admissionregistration.v1.ValidatingAdmissionPolicySpec", o -> text(o, "failurePolicy", "Fail")),
            Map.entry("io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.CustomResourceDefinition", BuiltInDefaults::definition),
            Map.entry("io.k8s.kube-aggregator.pkg.apis.apiregistration.v1.ServiceReference", o -> number(o, "port", 443)));

    private BuiltInDefaults() {}

    static void apply(@Nullable JsonNode value, Schema schema) {
        if (value instanceof ObjectNode object && !schema.preserveUnknown()) {
            String name = schema.typeName();
            Consumer<ObjectNode> rule = RULES.get(name.startsWith(API) ? name.substring(API.length()) : name);
            if (rule != null) {
                rule.accept(object);
            }
            for (String member : schema.propertyNames()) {
                JsonNode child = object.get(member);
                Schema below = schema.property(member);
                if (below != null && child != null && child.isContainerNode()) {
                    apply(child, below);
                }
            }
            schema.additionalProperties().ifPresent(any -> object.forEach(child -> apply(child, any)));
        } else if (value instanceof ArrayNode array) {
            schema.items().ifPresent(item -> array.forEach(child -> apply(child, item)));
        }
    }

    static void text(ObjectNode object, String name, String value) {
        if (object.path(name).asText().isEmpty()) {
            object.put(name, value);
        }
    }

    static void number(ObjectNode object, String name, int value) {
        if (!object.hasNonNull(name)) {
            object.put(name, value);
        }
    }

    static void flag(ObjectNode object, String name, boolean value) {
        if (!object.hasNonNull(name)) {
            object.put(name, value);
        }
    }

    static ObjectNode object(ObjectNode parent, String name) {
        return Json.object(parent, name) instanceof ObjectNode found ? found : parent.putObject(name);
    }

    private static void podSpec(ObjectNode spec) {
        text(spec, "restartPolicy", "Always");
        number(spec, "terminationGracePeriodSeconds", 30);
        text(spec, "dnsPolicy", "ClusterFirst");
        object(spec, "securityContext");
        text(spec, "schedulerName", "default-scheduler");
        if (spec.path("serviceAccountName").asText().isEmpty() && spec.hasNonNull("serviceAccount")) {
            spec.set("serviceAccountName", spec.get("serviceAccount"));
        } else if (!spec.path("serviceAccountName").asText().isEmpty()) {
            spec.set("serviceAccount", spec.get("serviceAccountName"));
        }
        if (spec.path("hostNetwork").asBoolean()) {
            for (String list : new String[] {"containers", "initContainers"}) {
                spec.path(list).forEach(c -> c.path("ports").forEach(p -> {
                    if (p instanceof ObjectNode port && port.path("hostPort").asInt() == 0 && port.has("containerPort")) {
                        port.set("hostPort", port.get("containerPort"));
                    }
                }));
            }
        }
    }

    private static void container(ObjectNode container) {
        text(container, "terminationMessagePath", "/dev/termination-log");
        text(container, "terminationMessagePolicy", "File");
        if (container.path("imagePullPolicy").asText().isEmpty()) {
            container.put("imagePullPolicy", isLatest(container.path("image").asText()) ? "Always" : "IfNotPresent");
        }
    }

    /** Without a digest, and without a tag or with the tag {@code latest}. */
    private static boolean isLatest(String image) {
        int colon = image.lastIndexOf(':');
        boolean tagged = colon > image.lastIndexOf('/');
        return !image.contains("@") && (!tagged || image.endsWith(":latest"));
    }

    private static void probe(ObjectNode probe) {
        // Zero asks for the default here.
        for (Map.Entry<String, Integer> e : Map.of("timeoutSeconds", 1, "periodSeconds", 10, "successThreshold", 1, "failureThreshold", 3).entrySet()) {
            if (probe.path(e.getKey()).asInt() == 0) {
                probe.put(e.getKey(), e.getValue());
            }
        }
    }

    private static void volume(ObjectNode volume) {
        if (volume.size() == 1 && volume.has("name")) {
            volume.putObject("emptyDir");
        }
    }

    private static void secret(ObjectNode secret) {
        text(secret, "type", "Opaque");
        if (Json.object(secret, "stringData") instanceof ObjectNode plain) {
            ObjectNode data = object(secret, "data");
            plain.properties().forEach(e -> data.put(e.getKey(),
                    Base64.getEncoder().encodeToString(e.getValue().asText().getBytes(StandardCharsets.UTF_8))));
            secret.remove("stringData");
        }
    }

    private static void namespace(ObjectNode namespace) {
        String name = namespace.path("metadata").path("name").asText();
        if (!name.isEmpty()) {
            object(object(namespace, "metadata"), "labels").put("kubernetes.io/metadata.name", name);
        }
        text(object(namespace, "status"), "phase", "Active");
    }

    private static void limit(ObjectNode limit) {
        if (!limit.path("type").asText().equals("Container")) {
            return;
        }
        fill(limit, "default", "max");
        fill(limit, "defaultRequest", "default");
        fill(limit, "defaultRequest", "min");
    }

    private static void resources(ObjectNode resources) {
        fill(resources, "requests", "limits");
    }

    /** Members of {@code from} that {@code to} lacks. */
    private static void fill(ObjectNode parent, String to, String from) {
        if (Json.object(parent, from) instanceof ObjectNode source && !source.isEmpty()) {
            ObjectNode target = object(parent, to);
            source.properties().forEach(e -> target.putIfAbsent(e.getKey(), e.getValue()));
        }
    }

    private static void replicationController(ObjectNode controller) {
        ObjectNode spec = object(controller, "spec");
        number(spec, "replicas", 1);
        JsonNode labels = spec.path("template").path("metadata").path("labels");
        if (labels.isObject() && !labels.isEmpty()) {
            if (Json.empty(spec.get("selector"))) {
                spec.set("selector", labels.deepCopy());
            }
            ObjectNode metadata = object(controller, "metadata");
            if (Json.empty(metadata.get("labels"))) {
                metadata.set("labels", labels.deepCopy());
            }
        }
    }

    private static void deployment(ObjectNode spec) {
        number(spec, "replicas", 1);
        ObjectNode strategy = object(spec, "strategy");
        text(strategy, "type", "RollingUpdate");
        if (strategy.path("type").asText().equals("RollingUpdate")) {
            ObjectNode rolling = object(strategy, "rollingUpdate");
            text(rolling, "maxUnavailable", "25%");
            text(rolling, "maxSurge", "25%");
        }
        number(spec, "revisionHistoryLimit", 10);
        number(spec, "progressDeadlineSeconds", 600);
    }

    private static void statefulSet(ObjectNode spec) {
        text(spec, "podManagementPolicy", "OrderedReady");
        ObjectNode strategy = object(spec, "updateStrategy");
        text(strategy, "type", "RollingUpdate");
        if (strategy.path("type").asText().equals("RollingUpdate")) {
            number(object(strategy, "rollingUpdate"), "partition", 0);
        }
        ObjectNode retention = object(spec, "persistentVolumeClaimRetentionPolicy");
        text(retention, "whenDeleted", "Retain");
        text(retention, "whenScaled", "Retain");
        number(spec, "replicas", 1);
        number(spec, "revisionHistoryLimit", 10);
        spec.path("volumeClaimTemplates").forEach(claim -> {
            if (claim instanceof ObjectNode template) {
                text(template, "apiVersion", "v1");
                text(template, "kind", "PersistentVolumeClaim");
            }
        });
    }

    private static void daemonSet(ObjectNode spec) {
        ObjectNode strategy = object(spec, "updateStrategy");
        text(strategy, "type", "RollingUpdate");
        if (strategy.path("type").asText().equals("RollingUpdate")) {
            ObjectNode rolling = object(strategy, "rollingUpdate");
            text(rolling, "maxUnavailable", "1");
            if (rolling.get("maxUnavailable").asText().equals("1")) {
                rolling.put("maxUnavailable", 1);
            }
            number(rolling, "maxSurge", 0);
        }
        number(spec, "revisionHistoryLimit", 10);
    }

    private static void job(ObjectNode spec) {
        if (!spec.hasNonNull("completions") && !spec.hasNonNull("parallelism")) {
            spec.put("completions", 1);
        }
        number(spec, "parallelism", 1);
        number(spec, "backoffLimit", spec.has("backoffLimitPerIndex") ? Integer.MAX_VALUE : 6);
        text(spec, "completionMode", "NonIndexed");
        flag(spec, "suspend", false);
        flag(spec, "manualSelector", false);
        text(spec, "podReplacementPolicy", spec.has("podFailurePolicy") ? "Failed" : "TerminatingOrFailed");
    }

    private static void networkPolicy(ObjectNode spec) {
        if (Json.empty(spec.get("policyTypes"))) {
            ArrayNode types = spec.putArray("policyTypes").add("Ingress");
            if (!Json.empty(spec.get("egress"))) {
                types.add("Egress");
            }
        }
    }

    private static void subject(ObjectNode subject) {
        if (!subject.has("apiGroup") && !subject.path("kind").asText().equals("ServiceAccount")) {
            subject.put("apiGroup", "rbac.authorization.k8s.io");
        }
    }

    private static void csiDriver(ObjectNode spec) {
        flag(spec, "attachRequired", true);
        flag(spec, "podInfoOnMount", false);
        flag(spec, "storageCapacity", false);
        flag(spec, "requiresRepublish", false);
        flag(spec, "seLinuxMount", false);
        text(spec, "fsGroupPolicy", "ReadWriteOnceWithFSType");
        if (Json.empty(spec.get("volumeLifecycleModes"))) {
            spec.putArray("volumeLifecycleModes").add("Persistent");
        }
    }

    private static void autoscaler(ObjectNode spec) {
        number(spec, "minReplicas", 1);
        if (Json.empty(spec.get("metrics"))) {
            ObjectNode metric = spec.putArray("metrics").addObject().put("type", "Resource");
            metric.putObject("resource").put("name", "cpu").putObject("target").put("type", "Utilization").put("averageUtilization", 80);
        }
        if (Json.object(spec, "behavior") instanceof ObjectNode behavior) {
            ObjectNode up = object(behavior, "scaleUp");
            number(up, "stabilizationWindowSeconds", 0);
            text(up, "selectPolicy", "Max");
            if (Json.empty(up.get("policies"))) {
                ArrayNode policies = up.putArray("policies");
                policies.addObject().put("type", "Pods").put("value", 4).put("periodSeconds", 15);
                policies.addObject().put("type", "Percent").put("value", 100).put("periodSeconds", 15);
            }
            ObjectNode down = object(behavior, "scaleDown");
            text(down, "selectPolicy", "Max");
            if (Json.empty(down.get("policies"))) {
                down.putArray("policies").addObject().put("type", "Percent").put("value", 100).put("periodSeconds", 15);
            }
        }
    }

    private static void webhook(ObjectNode webhook) {
        text(webhook, "failurePolicy", "Fail");
        text(webhook, "matchPolicy", "Equivalent");
        object(webhook, "namespaceSelector");
        object(webhook, "objectSelector");
        number(webhook, "timeoutSeconds", 10);
    }

    private static void definition(ObjectNode definition) {
        ObjectNode spec = object(definition, "spec");
        ObjectNode names = object(spec, "names");
        String kind = names.path("kind").asText();
        if (!kind.isEmpty()) {
            text(names, "singular", kind.toLowerCase(java.util.Locale.ROOT));
            text(names, "listKind", kind + "List");
        }
        text(object(spec, "conversion"), "strategy", "None");
        ObjectNode status = object(definition, "status");
        ArrayNode stored = status.path("storedVersions") instanceof ArrayNode known ? known : Json.MAKE.arrayNode();
        for (var version : spec.path("versions")) {
            if (version.path("storage").asBoolean()) {
                boolean there = false;
                for (var one : stored) {
                    there |= one.equals(version.path("name"));
                }
                if (!there) {
                    stored.add(version.path("name").asText());
                }
                break;
            }
        }
        if (!stored.isEmpty()) {
            status.set("storedVersions", stored);
        }
    }
}
