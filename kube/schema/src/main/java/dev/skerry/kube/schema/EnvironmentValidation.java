package dev.skerry.kube.schema;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Rules of a container's environment, and of the fields and resources that it and the downward volumes may show. */
final class EnvironmentValidation {
    private static final String[] ENV_FIELDS = {"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
        "status.hostIPs", "status.podIP", "status.podIPs"};
    private static final String[] FILE_FIELDS = {"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"};
    private static final String[] RESOURCES = {"limits.cpu", "limits.ephemeral-storage", "limits.memory", "requests.cpu", "requests.ephemeral-storage", "requests.memory"};
    private static final Set<String> KNOWN = Set.of("metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName",
            "spec.restartPolicy", "spec.serviceAccountName", "spec.schedulerName", "status.phase", "status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs");
    private static final Pattern SUBSCRIPT = Pattern.compile("(metadata\\.(?:annotations|labels)|[^\\[]+)\\['(.*)'\\]");
    private static final Set<String> SIZES = Set.of("1", "1k", "1M", "1G", "1T", "1P", "1E", "1Ki", "1Mi", "1Gi", "1Ti", "1Pi", "1Ei");

    private EnvironmentValidation() {}

    static void variables(Place variables) {
        for (Place variable : variables.items()) {
            Place name = variable.get("name");
            if (name.must()) {
                name.invalidAll(Forms.variable(name.text()));
            }
            if (variable.has("valueFrom")) {
                source(variable.get("valueFrom"), !variable.get("value").blank());
            }
        }
    }

    private static void source(Place from, boolean value) {
        int sources = 0;
        if (from.has("fieldRef")) {
            sources++;
            field(from.get("fieldRef"), ENV_FIELDS);
        }
        if (from.has("resourceFieldRef")) {
            sources++;
            resource(from.get("resourceFieldRef"), false);
        }
        for (String ref : List.of("configMapKeyRef", "secretKeyRef")) {
            if (from.has(ref)) {
                sources++;
                from.get(ref, "name").subdomain();
                Place key = from.get(ref, "key");
                if (key.must()) {
                    key.invalidAll(Forms.dataKey(key.text()));
                }
            }
        }
        if (from.has("fileKeyRef")) {
            sources++;
            file(from.get("fileKeyRef"));
        }
        if (sources == 0) {
            from.invalidAs("\"\"", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`");
        } else if (value) {
            from.invalidAs("\"\"", "may not be specified when `value` is not empty");
        } else if (sources > 1) {
            from.invalidAs("\"\"", "may not have more than one field specified at a time");
        }
    }

    private static void file(Place ref) {
        if (ref.get("key").must()) {
            ref.get("key").invalidAll(Forms.variable(ref.get("key").text()));
        }
        if (ref.get("volumeName").must()) {
            ref.get("volumeName").label();
        }
        if (ref.get("path").must()) {
            Forms.localPath(ref.get("path"));
        }
    }

    static void sources(Place sources) {
        for (Place source : sources.items()) {
            Place prefix = source.get("prefix");
            if (!prefix.blank()) {
                prefix.invalidAll(Forms.variable(prefix.text()));
            }
            int given = 0;
            for (String ref : List.of("configMapRef", "secretRef")) {
                if (source.has(ref)) {
                    given++;
                    if (source.get(ref, "name").must()) {
                        source.get(ref, "name").subdomain();
                    }
                }
            }
            if (given == 0) {
                sources.invalidAs("\"\"", "must specify one of: `configMapRef` or `secretRef`");
            } else if (given > 1) {
                sources.invalidAs("\"\"", "may not have more than one field specified at a time");
            }
        }
    }

    /** A field that a file of a volume shows. */
    static void fileField(Place ref) {
        field(ref, FILE_FIELDS);
    }

    private static void field(Place ref, String... allowed) {
        Place path = ref.get("fieldPath");
        if (!ref.get("apiVersion").must() || !path.must()) {
            return;
        }
        if (!ref.get("apiVersion").is("v1")) {
            path.invalidText("error converting fieldPath: unsupported pod version: " + ref.get("apiVersion").text());
            return;
        }
        Matcher subscript = SUBSCRIPT.matcher(path.text());
        if (subscript.matches() && subscript.group(1).startsWith("metadata.")) {
            String key = subscript.group(2);
            boolean annotations = subscript.group(1).equals("metadata.annotations");
            String checked = annotations ? key.toLowerCase(Locale.ROOT) : key;
            if (Set.of("metadata.annotations", "metadata.labels").contains(subscript.group(1))) {
                Names.qualified(checked).forEach(f -> ref.invalidAs(Names.quote(checked), f));
            } else {
                path.invalidText("error converting fieldPath: field label does not support subscript: " + path.text());
            }
            return;
        }
        if (!KNOWN.contains(path.text())) {
            path.invalidText("error converting fieldPath: field label not supported: " + path.text());
        } else {
            path.oneOf(allowed);
        }
    }

    /** @param file whether a file of a volume shows it, which then says of which container */
    static void resource(Place ref, boolean file) {
        Place resource = ref.get("resource");
        if (file && ref.get("containerName").blank()) {
            ref.get("containerName").required();
        } else if (resource.must() && !resource.text().matches("(requests|limits)\\.hugepages-.*")) {
            resource.oneOf(RESOURCES);
        }
        Place divisor = ref.get("divisor");
        String amount = divisor.text();
        if (divisor.amount().isEmpty() || divisor.amount().get().signum() == 0) {
            return;
        }
        String kind = resource.text().replaceFirst("^(requests|limits)\\.", "");
        if (kind.equals("cpu")) {
            if (!amount.equals("1m") && !amount.equals("1")) {
                divisor.invalidAs(Names.quote(resource.text()), "only divisor's values 1m and 1 are supported with the cpu resource");
            }
            return;
        }
        String named = kind.equals("memory") ? "memory" : kind.equals("ephemeral-storage") ? "local ephemeral storage" : kind.startsWith("hugepages-") ? "hugepages" : "";
        if (!named.isEmpty() && !SIZES.contains(amount)) {
            divisor.invalidAs(Names.quote(resource.text()),
                    "only divisor's values 1, 1k, 1M, 1G, 1T, 1P, 1E, 1Ki, 1Mi, 1Gi, 1Ti, 1Pi, 1Ei are supported with the " + named + " resource");
        }
    }
}
