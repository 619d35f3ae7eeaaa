package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/** Rules for names, labels and annotations. */
public final class Names {
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final String SUBDOMAIN = LABEL + "(\\." + LABEL + ")*";
    private static final String QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
    private static final String VALUE = "(" + QUALIFIED + ")?";
    private static final Pattern LABEL_FORM = Pattern.compile(LABEL);
    private static final Pattern SUBDOMAIN_FORM = Pattern.compile(SUBDOMAIN);
    private static final Pattern QUALIFIED_FORM = Pattern.compile(QUALIFIED);
    private static final Pattern VALUE_FORM = Pattern.compile(VALUE);
    private static final Pattern UNDERSCORED_FORM = Pattern.compile("[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?(\\.[a-z0-9_]([-_a-z0-9]*[a-z0-9_])?)*");
    private static final int LABEL_LENGTH = 63;
    private static final int SUBDOMAIN_LENGTH = 253;
    private static final int ANNOTATIONS_SIZE = 256 * 1024;
    private static final Set<String> LABEL_NAMED = Set.of("Namespace", "Service");
    private static final Set<String> BUILT_IN = Set.of("apps", "batch", "policy", "autoscaling", "networking.k8s.io", "rbac.authorization.k8s.io", "storage.k8s.io",
            "coordination.k8s.io", "discovery.k8s.io", "scheduling.k8s.io", "node.k8s.io", "events.k8s.io", "certificates.k8s.io");
    private static final Set<String> PATH_NAMED = Set.of("Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding");

    private Names() {}

    /** Faults of {@code metadata}, in upstream's order and words. */
    public static List<Cause> validateMetadata(ObjectNode object, Gvk kind, boolean namespaced) {
        List<Cause> causes = new ArrayList<>();
        JsonNode metadata = object.path("metadata");
        String name = metadata.path("name").asText();
        String generate = metadata.path("generateName").asText();
        if (!generate.isEmpty()) {
            for (String fault : faults(generate.endsWith("-") ? generate.substring(0, generate.length() - 1) + "a" : generate, kind)) {
                causes.add(Cause.invalid("metadata.generateName", quote(generate), fault));
            }
        }
        if (name.isEmpty()) {
            causes.add(Cause.required("metadata.name", "name or generateName is required"));
        } else {
            for (String fault : faults(name, kind)) {
                causes.add(Cause.invalid("metadata.name", quote(name), fault));
            }
        }
        String namespace = metadata.path("namespace").asText();
        if (namespaced) {
            if (namespace.isEmpty()) {
                causes.add(Cause.required("metadata.namespace", ""));
            } else {
                label(namespace).forEach(fault -> causes.add(Cause.invalid("metadata.namespace", quote(namespace), fault)));
            }
        } else if (!namespace.isEmpty()) {
            causes.add(Cause.forbidden("metadata.namespace", "not allowed on this type"));
        }
        causes.addAll(labels(metadata.path("labels"), "metadata.labels"));
        causes.addAll(annotations(metadata.path("annotations"), "metadata.annotations"));
        owners(metadata.path("ownerReferences"), causes);
        metadata.path("finalizers").forEach(f -> qualified(f.asText())
                .forEach(fault -> causes.add(Cause.invalid("metadata.finalizers", quote(f.asText()), fault))));
        if (kind.group().isEmpty() || BUILT_IN.contains(kind.group())) {
            new Place(metadata.path("finalizers"), "metadata.finalizers", causes).items().forEach(NodeValidation::standard);
        }
        return causes;
    }

    private static void owners(JsonNode owners, List<Cause> causes) {
        String field = "metadata.ownerReferences";
        List<String> controllers = new ArrayList<>();
        for (JsonNode owner : owners) {
            String version = owner.path("apiVersion").asText("");
            if (version.substring(version.indexOf('/') + 1).isEmpty()) {
                causes.add(Cause.invalid(field + ".apiVersion", quote(version), "version must not be empty"));
            }
            for (String name : List.of("kind", "name", "uid")) {
                if (owner.path(name).asText("").isEmpty()) {
                    causes.add(Cause.invalid(field + "." + name, "\"\"", name + " must not be empty"));
                }
            }
            if (version.equals("v1") && owner.path("kind").asText().equals("Event")) {
                causes.add(Cause.invalid(field, owner.toString(), "/v1, Kind=Event is disallowed from being an owner"));
            }
            if (owner.path("controller").asBoolean()) {
                controllers.add(owner.path("name").asText());
            }
        }
        if (controllers.size() > 1) {
            causes.add(Cause.invalid(field, owners.toString(), "Only one reference can have Controller set to true. Found \"true\" in references for "
                    + controllers.get(0) + " and " + controllers.get(1)));
        }
    }

    /** Faults of a map of labels; fields name the map. */
    public static List<Cause> labels(JsonNode labels, String field) {
        List<Cause> causes = new ArrayList<>();
        labels.properties().forEach(e -> {
            qualified(e.getKey()).forEach(fault -> causes.add(Cause.invalid(field, quote(e.getKey()), fault)));
            String value = e.getValue().asText();
            labelValue(value).forEach(fault -> causes.add(Cause.invalid(field, quote(value), fault)));
        });
        return causes;
    }

    static List<Cause> annotations(JsonNode annotations, String field) {
        List<Cause> causes = new ArrayList<>();
        long size = 0;
        for (var e : annotations.properties()) {
            qualified(e.getKey().toLowerCase(java.util.Locale.ROOT)).forEach(fault -> causes.add(Cause.invalid(field, quote(e.getKey()), fault)));
            size += e.getKey().getBytes(StandardCharsets.UTF_8).length + e.getValue().asText().getBytes(StandardCharsets.UTF_8).length;
        }
        if (size > ANNOTATIONS_SIZE) {
            causes.add(new Cause("FieldValueTooLong", "Too long: may not be more than " + ANNOTATIONS_SIZE + " bytes", field));
        }
        return causes;
    }

    /** What is wrong with the key of a label, or nothing. */
    public static List<String> qualifiedFaults(String key) {
        return qualified(key);
    }

    /** What is wrong with the value of a label, or nothing. */
    public static List<String> labelValueFaults(String value) {
        return labelValue(value);
    }

    /** The rule for names of a kind. */
    static List<String> faults(String name, Gvk kind) {
        if (kind.group().equals("rbac.authorization.k8s.io") && PATH_NAMED.contains(kind.kind())) {
            return pathSegment(name);
        }
        if (kind.group().isEmpty() && LABEL_NAMED.contains(kind.kind())) {
            return label(name);
        }
        return switch (kind.group() + "/" + kind.kind()) {
            case "apps/StatefulSet" -> label(name);
            case "storage.k8s.io/CSIDriver" -> subdomain(name.toLowerCase(java.util.Locale.ROOT));
            case "certificates.k8s.io/CertificateSigningRequest", "/Event", "apiregistration.k8s.io/APIService" -> pathSegment(name);
            case "networking.k8s.io/IPAddress" -> List.of();
            default -> subdomain(name);
        };
    }

    static List<String> label(String name) {
        List<String> faults = new ArrayList<>();
        if (name.length() > LABEL_LENGTH) {
            faults.add("must be no more than 63 characters");
        }
        if (!LABEL_FORM.matcher(name).matches()) {
            faults.add(SUBDOMAIN_FORM.matcher(name).matches() ? "must not contain dots" : "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric "
                    + "character (e.g. 'my-name',  or '123-abc', regex used for validation is '" + LABEL + "')");
        }
        return faults;
    }

    static List<String> subdomain(String name) {
        List<String> faults = new ArrayList<>();
        if (name.length() > SUBDOMAIN_LENGTH) {
            faults.add("must be no more than 253 characters");
        }
        if (!SUBDOMAIN_FORM.matcher(name).matches()) {
            faults.add("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
                    + "alphanumeric character (e.g. 'example.com', regex used for validation is '" + LABEL + "(\\." + LABEL + ")*')");
        }
        return faults;
    }

    /** A domain in which labels may also begin or end with an underscore. */
    static List<String> underscored(String name) {
        List<String> faults = new ArrayList<>();
        if (name.length() > SUBDOMAIN_LENGTH) {
            faults.add("must be no more than 253 characters");
        }
        if (!UNDERSCORED_FORM.matcher(name).matches()) {
            faults.add("a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an "
                    + "alphanumeric character (e.g. 'example.com', regex used for validation is '" + UNDERSCORED_FORM.pattern() + "')");
        }
        return faults;
    }

    static List<String> pathSegment(String name) {
        if (name.equals(".") || name.equals("..")) {
            return List.of("may not be '" + name + "'");
        }
        List<String> faults = new ArrayList<>();
        for (String character : List.of("/", "%")) {
            if (name.contains(character)) {
                faults.add("may not contain '" + character + "'");
            }
        }
        return faults;
    }

    static List<String> qualified(String key) {
        List<String> faults = new ArrayList<>();
        String[] parts = key.split("/", -1);
        String name = parts[parts.length - 1];
        String form = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or "
                + "'my.name',  or '123-abc', regex used for validation is '" + QUALIFIED + "')";
        if (parts.length > 2) {
            return List.of("a valid label key " + form + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')");
        }
        if (parts.length == 2) {
            if (parts[0].isEmpty()) {
                faults.add("prefix part must be non-empty");
            } else {
                subdomain(parts[0]).forEach(fault -> faults.add("prefix part " + fault));
            }
        }
        if (name.isEmpty()) {
            faults.add("name part must be non-empty");
        } else if (name.length() > LABEL_LENGTH) {
            faults.add("name part must be no more than 63 bytes");
        }
        if (!QUALIFIED_FORM.matcher(name).matches()) {
            faults.add("name part " + form);
        }
        return faults;
    }

    static List<String> labelValue(String value) {
        List<String> faults = new ArrayList<>();
        if (value.length() > LABEL_LENGTH) {
            faults.add("must be no more than 63 bytes");
        }
        if (!VALUE_FORM.matcher(value).matches()) {
            faults.add("a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an "
                    + "alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(" + QUALIFIED + ")?')");
        }
        return faults;
    }

    static String quote(String text) {
        return Json.MAKE.textNode(text).toString();
    }
}
