package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Rules of pods, wherever their template stands. */
final class PodValidation {
    private static final int LAST_PORT = 65_535;

    private PodValidation() {}

    static void spec(JsonNode spec, String path, List<Cause> causes) {
        spec(spec, path, Set.of(), causes);
    }

    /** Mounts may also name the given volumes, which stand outside of the template. */
    static void spec(JsonNode spec, String path, Set<String> others, List<Cause> causes) {
        Set<String> volumes = new HashSet<>();
        for (int i = 0; i < spec.path("volumes").size(); i++) {
            name(spec.path("volumes").get(i), Json.index(path + ".volumes", i), volumes, causes);
        }
        volumes.addAll(others);
        if (spec.path("containers").isEmpty()) {
            causes.add(Cause.required(path + ".containers", ""));
        }
        Set<String> names = new HashSet<>();
        containers(spec.path("containers"), path + ".containers", volumes, names, causes);
        containers(spec.path("initContainers"), path + ".initContainers", volumes, names, causes);
        oneOf(spec, "restartPolicy", path, List.of("Always", "OnFailure", "Never"), causes);
        oneOf(spec, "dnsPolicy", path, List.of("ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"), causes);
        Names.labels(spec.path("nodeSelector"), path + ".nodeSelector").forEach(causes::add);
    }

    private static void containers(JsonNode containers, String path, Set<String> volumes, Set<String> names, List<Cause> causes) {
        for (int i = 0; i < containers.size(); i++) {
            container(containers.get(i), Json.index(path, i), volumes, names, causes);
        }
    }

    private static void container(JsonNode container, String path, Set<String> volumes, Set<String> names, List<Cause> causes) {
        name(container, path, names, causes);
        String image = container.path("image").asText();
        if (image.isEmpty()) {
            causes.add(Cause.required(path + ".image", ""));
        } else if (!image.equals(image.strip())) {
            causes.add(Cause.invalid(path + ".image", Names.quote(image), "must not have leading or trailing whitespace"));
        }
        oneOf(container, "terminationMessagePolicy", path, List.of("File", "FallbackToLogsOnError"), causes);
        for (int i = 0; i < container.path("ports").size(); i++) {
            JsonNode port = container.path("ports").get(i);
            String at = Json.index(path + ".ports", i);
            if (port.path("containerPort").asInt() == 0) {
                causes.add(Cause.required(at + ".containerPort", ""));
            } else {
                port(port.path("containerPort"), at + ".containerPort", causes);
            }
            oneOf(port, "protocol", at, List.of("SCTP", "TCP", "UDP"), causes);
        }
        for (int i = 0; i < container.path("env").size(); i++) {
            if (container.path("env").get(i).path("name").asText().isEmpty()) {
                causes.add(Cause.required(Json.index(path + ".env", i) + ".name", ""));
            }
        }
        for (int i = 0; i < container.path("volumeMounts").size(); i++) {
            JsonNode mount = container.path("volumeMounts").get(i);
            String at = Json.index(path + ".volumeMounts", i);
            String volume = mount.path("name").asText();
            if (volume.isEmpty()) {
                causes.add(Cause.required(at + ".name", ""));
            }
            if (!volumes.contains(volume)) {
                causes.add(new Cause("FieldValueNotFound", "Not found: " + Names.quote(volume), at + ".name"));
            }
            if (mount.path("mountPath").asText().isEmpty()) {
                causes.add(Cause.required(at + ".mountPath", ""));
            }
        }
        oneOf(container, "imagePullPolicy", path, List.of("Always", "IfNotPresent", "Never"), causes);
    }

    private static void name(JsonNode value, String path, Set<String> seen, List<Cause> causes) {
        String name = value.path("name").asText();
        if (name.isEmpty()) {
            causes.add(Cause.required(path + ".name", ""));
            return;
        }
        List<String> faults = Names.label(name);
        faults.forEach(fault -> causes.add(Cause.invalid(path + ".name", Names.quote(name), fault)));
        if (!seen.add(name)) {
            causes.add(Cause.duplicate(path + ".name", Names.quote(name)));
        }
    }

    static void port(JsonNode port, String field, List<Cause> causes) {
        if (port.asLong() < 1 || port.asLong() > LAST_PORT) {
            causes.add(Cause.invalid(field, port.isMissingNode() ? "0" : port.toString(), "must be between 1 and 65535, inclusive"));
        }
    }

    static void oneOf(JsonNode parent, String name, String path, List<String> allowed, List<Cause> causes) {
        String value = parent.path(name).asText();
        if (!value.isEmpty() && !allowed.contains(value)) {
            causes.add(Cause.notSupported(path + "." + name, Names.quote(value), allowed));
        }
    }
}
