package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** What the schemas of built-in kinds cannot say. */
public final class BuiltInValidation {
    private static final Pattern KEY = Pattern.compile("[-._a-zA-Z0-9]+");
    private static final int KEY_LENGTH = 253;
    private static final long MAX_SIZE = 1024 * 1024;

    private BuiltInValidation() {}

    /** Faults of the object (already with defaults) below {@code metadata}; none for kinds that are not built in. */
    public static List<Cause> validate(Gvk kind, ObjectNode object) {
        List<Cause> causes = new ArrayList<>();
        JsonNode spec = object.path("spec");
        switch (kind.group() + "/" + kind.kind()) {
            case "/ConfigMap" -> configMap(object, causes);
            case "/Secret" -> {
                object.path("data").fieldNames().forEachRemaining(key -> key(key, "data", causes));
                secret(object, causes);
            }
            case "/Pod" -> PodValidation.spec(spec, "spec", causes);
            case "/Service" -> service(spec, causes);
            case "apps/Deployment", "apps/ReplicaSet" -> {
                selector(spec, kind.kind().toLowerCase(java.util.Locale.ROOT), causes);
                workload(spec, causes);
            }
            case "apps/StatefulSet", "apps/DaemonSet" -> {
                selector(spec, kind.kind().toLowerCase(java.util.Locale.ROOT), causes);
                workload(spec, causes);
            }
            case "batch/Job" -> job(spec, "spec", causes);
            case "batch/CronJob" -> {
                if (spec.path("schedule").asText().isEmpty()) {
                    causes.add(Cause.required("spec.schedule", ""));
                }
                job(spec.path("jobTemplate").path("spec"), "spec.jobTemplate.spec", causes);
            }
            case "apiextensions.k8s.io/CustomResourceDefinition" -> DefinitionValidation.validate(object, causes);
            default -> { }
        }
        FieldRules.validate(kind, object, causes);
        return causes;
    }

    /** Faults of an object that takes the place of another: its own, and fields that may not change. */
    public static List<Cause> validateUpdate(Gvk kind, ObjectNode object, ObjectNode old) {
        List<Cause> causes = validate(kind, object);
        switch (kind.group() + "/" + kind.kind()) {
            case "apps/Deployment", "apps/ReplicaSet", "apps/DaemonSet", "batch/Job" -> fixed(object, old, "spec", "selector", causes);
            case "apiextensions.k8s.io/CustomResourceDefinition" -> DefinitionValidation.validateUpdate(object, old, causes);
            case "/Pod" -> PodUpdates.validate(object, old, causes);
            case "/ConfigMap" -> immutable(object, old, List.of("data", "binaryData"), causes);
            case "/Secret" -> {
                fixed(object, old, "", "type", causes);
                immutable(object, old, List.of("data"), causes);
            }
            case "rbac.authorization.k8s.io/RoleBinding", "rbac.authorization.k8s.io/ClusterRoleBinding" -> {
                if (!Json.same(object.get("roleRef"), old.get("roleRef"))) {
                    causes.add(Cause.invalid("roleRef", object.path("roleRef").toString(), "cannot change roleRef"));
                }
            }
            default -> { }
        }
        return causes;
    }

    private static void fixed(ObjectNode object, ObjectNode old, String parent, String name, List<Cause> causes) {
        JsonNode now = (parent.isEmpty() ? object : object.path(parent)).path(name);
        JsonNode before = (parent.isEmpty() ? old : old.path(parent)).path(name);
        if (!Json.same(now, before)) {
            causes.add(Cause.invalid(Json.join(parent, name), now.isMissingNode() ? "null" : now.toString(), "field is immutable"));
        }
    }

    private static void immutable(ObjectNode object, ObjectNode old, List<String> names, List<Cause> causes) {
        if (!old.path("immutable").asBoolean()) {
            return;
        }
        if (!object.path("immutable").asBoolean()) {
            causes.add(Cause.forbidden("immutable", "field is immutable when `immutable` is set"));
        }
        for (String name : names) {
            if (!Json.same(object.path(name), old.path(name))) {
                causes.add(Cause.forbidden(name, "field is immutable when `immutable` is set"));
            }
        }
    }

    private static void secret(ObjectNode secret, List<Cause> causes) {
        List<String> needed = switch (secret.path("type").asText()) {
            case "kubernetes.io/tls" -> List.of("tls.crt", "tls.key");
            case "kubernetes.io/ssh-auth" -> List.of("ssh-privatekey");
            case "kubernetes.io/dockerconfigjson" -> List.of(".dockerconfigjson");
            case "kubernetes.io/dockercfg" -> List.of(".dockercfg");
            case "kubernetes.io/basic-auth" -> secret.path("data").has("username") || secret.path("data").has("password") ? List.of() : List.of("username", "password");
            default -> List.of();
        };
        for (String key : needed) {
            if (!secret.path("data").has(key)) {
                causes.add(Cause.required("data[" + key + "]", ""));
            }
        }
        if (secret.path("type").asText().equals("kubernetes.io/service-account-token")
                && secret.path("metadata").path("annotations").path("kubernetes.io/service-account.name").asText().isEmpty()) {
            causes.add(Cause.required("metadata.annotations[kubernetes.io/service-account.name]", ""));
        }
        long size = 0;
        for (JsonNode value : secret.path("data")) {
            size += value.asText().length() * 3L / 4;
        }
        if (size > MAX_SIZE) {
            causes.add(new Cause("FieldValueTooLong", "Too long: may not be more than " + MAX_SIZE + " bytes", "data"));
        }
    }

    private static void configMap(ObjectNode object, List<Cause> causes) {
        object.path("data").fieldNames().forEachRemaining(key -> {
            key(key, "data", causes);
            if (object.path("binaryData").has(key)) {
                causes.add(Cause.invalid("data[" + key + "]", Names.quote(key), "duplicate of key present in binaryData"));
            }
        });
        object.path("binaryData").fieldNames().forEachRemaining(key -> key(key, "binaryData", causes));
        long size = 0;
        for (JsonNode value : object.path("data")) {
            size += value.asText().getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
        }
        for (JsonNode value : object.path("binaryData")) {
            size += value.asText().length() * 3L / 4;
        }
        if (size > MAX_SIZE) {
            causes.add(new Cause("FieldValueTooLong", "Too long: may not be more than " + MAX_SIZE + " bytes", ""));
        }
    }

    private static void key(String key, String map, List<Cause> causes) {
        String field = map + "[" + key + "]";
        if (key.length() > KEY_LENGTH) {
            causes.add(Cause.invalid(field, Names.quote(key), "must be no more than 253 characters"));
        }
        if (!KEY.matcher(key).matches()) {
            causes.add(Cause.invalid(field, Names.quote(key), "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or "
                    + "'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')"));
        }
        if (key.equals(".") || key.equals("..")) {
            causes.add(Cause.invalid(field, Names.quote(key), "must not be '" + key + "'"));
        } else if (key.startsWith("..")) {
            causes.add(Cause.invalid(field, Names.quote(key), "must not start with '..'"));
        }
    }

    private static void selector(JsonNode spec, String what, List<Cause> causes) {
        if (spec.path("replicas").asLong() < 0) {
            causes.add(Cause.invalid("spec.replicas", spec.path("replicas").toString(), "must be greater than or equal to 0"));
        }
        JsonNode selector = spec.path("selector");
        if (!selector.isObject()) {
            causes.add(Cause.required("spec.selector", ""));
        } else if (selector.isEmpty()) {
            causes.add(Cause.invalid("spec.selector", "{}", "empty selector is invalid for " + what));
        }
    }

    private static void workload(JsonNode spec, List<Cause> causes) {
        JsonNode labels = spec.path("template").path("metadata").path("labels");
        JsonNode wanted = spec.path("selector").path("matchLabels");
        for (var e : wanted.properties()) {
            if (!e.getValue().equals(labels.get(e.getKey()))) {
                causes.add(Cause.invalid("spec.template.metadata.labels", labels.isMissingNode() ? "null" : labels.toString(), "`selector` does not match template `labels`"));
                break;
            }
        }
        Set<String> claims = new HashSet<>();
        spec.path("volumeClaimTemplates").forEach(c -> claims.add(c.path("metadata").path("name").asText()));
        PodValidation.spec(spec.path("template").path("spec"), "spec.template.spec", claims, causes);
        String restart = spec.path("template").path("spec").path("restartPolicy").asText();
        if (Set.of("OnFailure", "Never").contains(restart)) {
            causes.add(Cause.notSupported("spec.template.spec.restartPolicy", Names.quote(restart), List.of("Always")));
        }
    }

    private static void job(JsonNode spec, String path, List<Cause> causes) {
        for (String name : List.of("parallelism", "completions", "activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished")) {
            if (spec.path(name).asLong() < 0) {
                causes.add(Cause.invalid(path + "." + name, spec.path(name).toString(), "must be greater than or equal to 0"));
            }
        }
        PodValidation.spec(spec.path("template").path("spec"), path + ".template.spec", causes);
        String restart = spec.path("template").path("spec").path("restartPolicy").asText();
        if (restart.equals("Always")) {
            causes.add(new Cause("FieldValueRequired", "Required value: valid values: \"OnFailure\", \"Never\"", path + ".template.spec.restartPolicy"));
        }
    }

    private static void service(JsonNode spec, List<Cause> causes) {
        String type = spec.path("type").asText();
        boolean headless = spec.path("clusterIP").asText().equals("None");
        if (spec.path("ports").isEmpty() && !headless && !type.equals("ExternalName")) {
            causes.add(Cause.required("spec.ports", ""));
        }
        for (int i = 0; i < spec.path("ports").size(); i++) {
            JsonNode port = spec.path("ports").get(i);
            String at = Json.index("spec.ports", i);
            if (spec.path("ports").size() > 1 && port.path("name").asText().isEmpty()) {
                causes.add(Cause.required(at + ".name", ""));
            }
            PodValidation.port(port.path("port"), at + ".port", causes);
            PodValidation.oneOf(port, "protocol", at, List.of("SCTP", "TCP", "UDP"), causes);
        }
        Names.labels(spec.path("selector"), "spec.selector").forEach(causes::add);
        PodValidation.oneOf(spec, "sessionAffinity", "spec", List.of("ClientIP", "None"), causes);
        PodValidation.oneOf(spec, "type", "spec", List.of("ClusterIP", "ExternalName", "LoadBalancer", "NodePort"), causes);
        if (type.equals("ExternalName") && spec.path("externalName").asText().isEmpty()) {
            causes.add(Cause.required("spec.externalName", ""));
        }
    }
}
