package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.kube.admission.PodSecurityLevel.Policy;
import dev.skerry.kube.store.ObjectStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Pod Security by the labels of namespaces: enforced for Pods, told and audited for templates too. */
final class PodSecurity implements AdmissionPlugin {

    private static final Set<String> IGNORED_SUBRESOURCES = Set.of("exec", "attach", "binding", "eviction", "log", "portforward", "proxy", "status");
    private static final Set<String> TEMPLATES = Set.of(
            "/replicationcontrollers", "/podtemplates", "apps/replicasets", "apps/deployments", "apps/statefulsets", "apps/daemonsets", "batch/jobs", "batch/cronjobs");
    private static final int MAX_PODS = 3_000;

    private final ObjectStore store;

    PodSecurity(ObjectStore store) {
        this.store = store;
    }

    @Override
    public void validate(Attributes attributes) throws RefusedException {
        var resource = attributes.resource();
        var writes = attributes.operation() == Operation.CREATE || attributes.operation() == Operation.UPDATE;
        if (!writes || attributes.object() == null || resource.custom()) {
            return;
        }
        if (resource.core("namespaces") && attributes.subresource().isEmpty()) {
            namespace(attributes);
        } else if (resource.core("pods") && !IGNORED_SUBRESOURCES.contains(attributes.subresource())) {
            pod(attributes);
        } else if (attributes.subresource().isEmpty() && TEMPLATES.contains(resource.gvk().group() + "/" + resource.plural())) {
            template(attributes);
        }
    }

    private void namespace(Attributes attributes) throws RefusedException {
        var policy = Policy.of(attributes.written().path("metadata").path("labels"));
        var before = attributes.operation() == Operation.UPDATE ? Policy.of(attributes.before().path("metadata").path("labels")) : null;
        if (!policy.faults().isEmpty() && (before == null || !before.faults().equals(policy.faults()))) {
            throw RefusedException.invalid(attributes, policy.faults());
        }
        if (before == null || policy.enforce().equals(before.enforce()) || policy.enforce().privileged()) {
            return;
        }
        if (policy.enforce().minor() == before.enforce().minor() && policy.enforce().level().compareTo(before.enforce().level()) <= 0) {
            return;
        }
        warnOfPods(attributes, policy.enforce());
    }

    private void warnOfPods(Attributes attributes, PodSecurityLevel level) {
        var name = attributes.written().path("metadata").path("name").asText();
        var pods = new TreeMap<String, TreeSet<String>>();
        try {
            for (var entry : store.list("/core/pods/" + name + "/", "", MAX_PODS, 0).entries()) {
                var pod = Followed.parse(entry.value());
                var faults = PodSecurityRules.faults(level, pod.path("metadata"), pod.path("spec"));
                if (!faults.isEmpty()) {
                    pods.computeIfAbsent(String.join(", ", faults.stream().map(PodSecurityRules.Fault::reason).toList()), r -> new TreeSet<>())
                            .add(pod.path("metadata").path("name").asText());
                }
            }
        } catch (ObjectStore.CompactedException e) {
            throw new IllegalStateException("the newest state was compacted", e);
        }
        if (pods.isEmpty()) {
            return;
        }
        attributes.warn("existing pods in namespace \"" + name + "\" violate the new PodSecurity enforce level \"" + level.text() + "\"");
        var warnings = new ArrayList<String>();
        pods.forEach((reasons, names) -> warnings.add(names.first()
                + switch (names.size()) {
                    case 1 -> "";
                    case 2 -> " (and 1 other pod)";
                    default -> " (and " + (names.size() - 1) + " other pods)";
                } + ": " + reasons));
        warnings.stream().sorted().forEach(attributes::warn);
    }

    private void pod(Attributes attributes) throws RefusedException {
        var policy = policy(attributes);
        var all = List.of(policy.enforce(), policy.warn(), policy.audit());
        if (policy.faults().isEmpty() && all.stream().allMatch(PodSecurityLevel::privileged)) {
            return;
        }
        var pod = attributes.written();
        if (attributes.operation() == Operation.UPDATE && !significant(pod, attributes.before())) {
            return;
        }
        attributes.annotations().put("pod-security.kubernetes.io/enforce-policy", policy.enforce().text());
        var faults = PodSecurityRules.faults(policy.enforce(), pod.path("metadata"), pod.path("spec"));
        audit(attributes, policy, pod.path("metadata"), pod.path("spec"));
        if (!faults.isEmpty()) {
            throw RefusedException.forbidden(attributes, "violates PodSecurity \"" + policy.enforce().text() + "\": " + text(faults));
        }
        warn(attributes, policy, pod.path("metadata"), pod.path("spec"));
    }

    private void template(Attributes attributes) {
        var policy = policy(attributes);
        if (policy.faults().isEmpty() && policy.warn().privileged() && policy.audit().privileged()) {
            return;
        }
        var object = attributes.written();
        JsonNode template = switch (attributes.resource().plural()) {
            case "podtemplates" -> object.path("template");
            case "cronjobs" -> object.path("spec").path("jobTemplate").path("spec").path("template");
            default -> object.path("spec").path("template");
        };
        if (template.isObject()) {
            audit(attributes, policy, template.path("metadata"), template.path("spec"));
            warn(attributes, policy, template.path("metadata"), template.path("spec"));
        }
    }

    private static void audit(Attributes attributes, Policy policy, JsonNode metadata, JsonNode spec) {
        if (!policy.faults().isEmpty()) {
            attributes.annotations().put("pod-security.kubernetes.io/error", "Failed to parse policy: " + dev.skerry.kube.schema.Cause.text(policy.faults()));
        }
        var faults = PodSecurityRules.faults(policy.audit(), metadata, spec);
        if (!faults.isEmpty()) {
            attributes.annotations().put("pod-security.kubernetes.io/audit-violations", "would violate PodSecurity \"" + policy.audit().text() + "\": " + text(faults));
        }
    }

    private static void warn(Attributes attributes, Policy policy, JsonNode metadata, JsonNode spec) {
        var faults = PodSecurityRules.faults(policy.warn(), metadata, spec);
        if (!faults.isEmpty()) {
            attributes.warn("would violate PodSecurity \"" + policy.warn().text() + "\": " + text(faults));
        }
    }

    private static String text(List<PodSecurityRules.Fault> faults) {
        return String.join(", ", faults.stream().map(PodSecurityRules.Fault::text).toList());
    }

    private Policy policy(Attributes attributes) {
        return Policy.of(store.get("/core/namespaces/" + attributes.namespace())
                .map(e -> Followed.parse(e.value()).path("metadata").path("labels")).orElse(MissingNode.getInstance()));
    }

    /** Whether something has changed that rules look at: images, the number of containers, or profiles in annotations. */
    private static boolean significant(ObjectNode pod, ObjectNode before) {
        for (var list : List.of("containers", "initContainers", "ephemeralContainers")) {
            var now = pod.path("spec").path(list);
            var was = before.path("spec").path(list);
            if (now.size() != was.size()) {
                return true;
            }
            for (int i = 0; i < now.size(); i++) {
                if (!now.get(i).path("image").equals(was.get(i).path("image"))) {
                    return true;
                }
            }
        }
        return !profiles(pod).equals(profiles(before));
    }

    private static TreeMap<String, String> profiles(ObjectNode pod) {
        var profiles = new TreeMap<String, String>();
        pod.path("metadata").path("annotations").properties().forEach(e -> {
            if (e.getKey().contains("seccomp.security.alpha.kubernetes.io/") || e.getKey().startsWith("container.apparmor.security.beta.kubernetes.io/")) {
                profiles.put(e.getKey(), e.getValue().asText());
            }
        });
        return profiles;
    }
}
