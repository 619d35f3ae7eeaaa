package dev.skerry.kube.admission;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;

/** What is odd about a Pod or the template of one. */
final class PodWarnings {

    private static final String APP_ARMOR = "container.apparmor.security.beta.kubernetes.io/";
    private static final String SECCOMP = "container.seccomp.security.alpha.kubernetes.io/";
    private static final Map<String, String> ANNOTATIONS = Map.of(
            "scheduler.alpha.kubernetes.io/critical-pod", "non-functional in v1.16+; use the \"priorityClassName\" field instead",
            "security.alpha.kubernetes.io/sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead",
            "security.alpha.kubernetes.io/unsafe-sysctls", "non-functional in v1.11+; use the \"sysctls\" field instead",
            "seccomp.security.alpha.kubernetes.io/pod", "non-functional in v1.27+; use the \"seccompProfile\" field instead");
    private static final Map<String, String> SOURCES = Map.of(
            "photonPersistentDisk", "deprecated in v1.11, non-functional in v1.16+", "gitRepo", "deprecated in v1.11, and disabled by default in v1.33+",
            "scaleIO", "deprecated in v1.16, non-functional in v1.22+", "flocker", "deprecated in v1.22, non-functional in v1.25+",
            "storageos", "deprecated in v1.22, non-functional in v1.25+", "quobyte", "deprecated in v1.22, non-functional in v1.25+",
            "glusterfs", "deprecated in v1.25, non-functional in v1.26+", "rbd", "deprecated in v1.28, non-functional in v1.31+",
            "cephfs", "deprecated in v1.28, non-functional in v1.31+");
    private static final String NO_SELECTOR = ": a null labelSelector results in matching no pod";

    private final String prefix;
    private final JsonNode spec;
    private final JsonNode annotations;
    private final List<String> warnings;

    private PodWarnings(String prefix, JsonNode pod, List<String> warnings) {
        this.prefix = prefix;
        this.spec = pod.path("spec");
        this.annotations = pod.path("metadata").path("annotations");
        this.warnings = warnings;
    }

    /** @param prefix of the fields' paths, such as {@code spec.template.} */
    static void add(String prefix, JsonNode pod, List<String> warnings) {
        var all = new PodWarnings(prefix, pod, warnings);
        all.placement();
        all.annotations();
        all.volumes();
        all.secrets();
        for (var list : List.of("initContainers", "containers", "ephemeralContainers")) {
            for (int i = 0; i < all.spec.path(list).size(); i++) {
                all.container(prefix + "spec." + list + "[" + i + "]", all.spec.path(list).get(i));
            }
        }
        for (var name : List.of("memory", "ephemeral-storage")) {
            ObjectWarnings.fraction(prefix + "spec.overhead[" + name + "]", all.spec.path("overhead").path(name).asText("0"), warnings);
        }
        if (all.spec.path("terminationGracePeriodSeconds").asLong() < 0) {
            warnings.add(prefix + "spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1");
        }
    }

    private void placement() {
        spec.path("nodeSelector").fieldNames().forEachRemaining(label -> ObjectWarnings.label(prefix + "spec.nodeSelector[" + label + "]", label, false, warnings));
        var node = spec.path("affinity").path("nodeAffinity");
        var base = prefix + "spec.affinity.nodeAffinity.";
        terms(base + "requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms", node.path("requiredDuringSchedulingIgnoredDuringExecution").path("nodeSelectorTerms"), warnings);
        var preferred = node.path("preferredDuringSchedulingIgnoredDuringExecution");
        for (int i = 0; i < preferred.size(); i++) {
            term(base + "preferredDuringSchedulingIgnoredDuringExecution[" + i + "].preference", preferred.get(i).path("preference"), warnings);
        }
        var spread = spec.path("topologySpreadConstraints");
        for (int i = 0; i < spread.size(); i++) {
            var field = prefix + "spec.topologySpreadConstraints[" + i + "]";
            ObjectWarnings.label(field + ".topologyKey", spread.get(i).path("topologyKey").asText(), true, warnings);
            if (!spread.get(i).path("labelSelector").isObject()) {
                warnings.add(field + ".labelSelector" + NO_SELECTOR);
            }
        }
        for (var kind : List.of("podAffinity", "podAntiAffinity")) {
            var affinity = spec.path("affinity").path(kind);
            var required = affinity.path("requiredDuringSchedulingIgnoredDuringExecution");
            for (int i = 0; i < required.size(); i++) {
                podTerm(prefix + "spec.affinity." + kind + ".requiredDuringSchedulingIgnoredDuringExecution[" + i + "]", required.get(i));
            }
            var wished = affinity.path("preferredDuringSchedulingIgnoredDuringExecution");
            for (int i = 0; i < wished.size(); i++) {
                podTerm(prefix + "spec.affinity." + kind + ".preferredDuringSchedulingIgnoredDuringExecution[" + i + "].podAffinityTerm", wished.get(i).path("podAffinityTerm"));
            }
        }
    }

    private void podTerm(String field, JsonNode term) {
        if (!term.path("labelSelector").isObject()) {
            warnings.add(field + ".labelSelector" + NO_SELECTOR);
        }
    }

    static void terms(String field, JsonNode terms, List<String> warnings) {
        for (int i = 0; i < terms.size(); i++) {
            term(field + "[" + i + "]", terms.get(i), warnings);
        }
    }

    private static void term(String field, JsonNode term, List<String> warnings) {
        var expressions = term.path("matchExpressions");
        for (int i = 0; i < expressions.size(); i++) {
            ObjectWarnings.label(field + ".matchExpressions[" + i + "].key", expressions.get(i).path("key").asText(), true, warnings);
        }
    }

    private void annotations() {
        var base = prefix + "metadata.annotations[";
        annotations.fieldNames().forEachRemaining(key -> {
            var said = ANNOTATIONS.get(key);
            if (said != null) {
                warnings.add(base + key + "]: " + said);
            }
        });
        for (var list : List.of("initContainers", "containers", "ephemeralContainers")) {
            for (var container : spec.path(list)) {
                var name = container.path("name").asText();
                if (annotations.has(SECCOMP + name)) {
                    warnings.add(base + SECCOMP + name + "]: non-functional in v1.27+; use the \"seccompProfile\" field instead");
                }
                if (annotations.has(APP_ARMOR + name)) {
                    warnings.add(base + APP_ARMOR + name + "]: deprecated since v1.30; use the \"appArmorProfile\" field instead");
                }
            }
        }
    }

    private void volumes() {
        for (int i = 0; i < spec.path("volumes").size(); i++) {
            var volume = spec.path("volumes").get(i);
            var field = prefix + "spec.volumes[" + i + "]";
            sources(field, volume, warnings);
            var claim = volume.path("ephemeral").path("volumeClaimTemplate").path("spec").path("resources");
            for (var member : List.of("requests", "limits")) {
                ObjectWarnings.fraction(field + ".ephemeral.volumeClaimTemplate.spec.resources." + member + "[storage]", claim.path(member).path("storage").asText("0"), warnings);
            }
        }
    }

    static void sources(String field, JsonNode volume, List<String> warnings) {
        volume.fieldNames().forEachRemaining(source -> {
            var said = SOURCES.get(source);
            if (said != null) {
                warnings.add(field + "." + source + ": " + said);
            }
        });
    }

    private void secrets() {
        var names = new HashSet<String>();
        for (int i = 0; i < spec.path("imagePullSecrets").size(); i++) {
            var name = spec.path("imagePullSecrets").get(i).path("name").asText("");
            var field = prefix + "spec.imagePullSecrets[" + i + "]";
            if (name.isEmpty()) {
                warnings.add(field + ".name: invalid empty name \"\"");
            } else if (!names.add(name)) {
                warnings.add(field + ".name: duplicate name " + new TextNode(name));
            }
        }
        var addresses = new HashSet<String>();
        for (int i = 0; i < spec.path("hostAliases").size(); i++) {
            var address = spec.path("hostAliases").get(i).path("ip").asText("");
            if (!addresses.add(address)) {
                warnings.add(prefix + "spec.hostAliases[" + i + "].ip: duplicate ip " + new TextNode(address));
            }
        }
    }

    private void container(String field, JsonNode container) {
        for (var member : List.of("limits", "requests")) {
            for (var name : List.of("memory", "ephemeral-storage")) {
                ObjectWarnings.fraction(field + ".resources." + member + "[" + name + "]", container.path("resources").path(member).path(name).asText("0"), warnings);
            }
        }
        var names = new HashSet<String>();
        for (int i = 0; i < container.path("env").size(); i++) {
            var env = container.path("env").get(i);
            var name = env.path("name").asText();
            // One that is built from the one before means to hide it.
            if (!names.add(name) && !env.path("value").asText("").contains("$(" + name + ")")) {
                warnings.add(field + ".env[" + i + "]: hides previous definition of " + new TextNode(name) + ", which may be dropped when using apply");
            }
        }
        var ports = new HashMap<String, Integer>();
        for (int i = 0; i < container.path("ports").size(); i++) {
            var port = container.path("ports").get(i);
            var key = port.path("containerPort").asInt() + "/" + port.path("protocol").asText("TCP") + "/" + port.path("hostPort").asInt() + "/" + port.path("hostIP").asText("");
            var before = ports.putIfAbsent(key, i);
            if (before != null) {
                warnings.add(field + ".ports[" + i + "]: duplicate port definition with " + field + ".ports[" + before + "]");
            }
        }
    }
}
