package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** The messages of Kubernetes' protobuf form: field numbers, types and how each field stands in JSON. */
final class ProtobufTypes {

    static final byte[] MAGIC = {'k', '8', 's', 0};
    private static final String META = "k8s.io.apimachinery.pkg.apis.meta.v1.";
    private static final JsonNode MESSAGES = Facts.protobuf();
    private static final Map<String, List<Field>> FIELDS = new ConcurrentHashMap<>();

    private ProtobufTypes() {}

    /**
     * @param json the name of the member; empty if the field is inline
     * @param type a scalar, or the name of a message; of a map the type of its values
     * @param pointer whether the field may be left out; upstream writes others always
     */
    record Field(int number, String json, String type, boolean inline, boolean map, boolean repeated, boolean pointer, boolean omitempty) {

        boolean scalar() {
            return type.indexOf('.') < 0;
        }

        private static Field of(JsonNode fact) {
            var map = fact.has("map");
            return new Field(fact.path("n").asInt(), fact.path("json").asText(), map ? fact.path("map").path(1).asText() : fact.path("type").asText(),
                    fact.path("inline").asBoolean(), map, fact.path("repeated").asBoolean(), fact.path("pointer").asBoolean(), fact.path("omitempty").asBoolean());
        }
    }

    /** The API group whose Go package is called so. */
    private static String group(String first) {
        return switch (first) {
            case "core" -> "";
            case "apps", "autoscaling", "batch", "policy" -> first;
            case "rbac" -> "rbac.authorization.k8s.io";
            case "flowcontrol" -> "flowcontrol.apiserver.k8s.io";
            default -> first + ".k8s.io";
        };
    }

    /** The fields of a message, by number. */
    static List<Field> fields(String message) {
        return FIELDS.computeIfAbsent(message, name -> {
            var list = new ArrayList<Field>();
            MESSAGES.path(name).forEach(f -> list.add(Field.of(f)));
            list.sort(Comparator.comparingInt(Field::number));
            return List.copyOf(list);
        });
    }

    /** The message of a kind, or empty if it has none: custom resources. */
    static Optional<String> message(Gvk gvk) {
        var first = gvk.group().isEmpty() ? "core" : gvk.group().split("\\.")[0];
        var version = gvk.version() + "." + gvk.kind();
        var meta = gvk.group().isEmpty() && gvk.version().equals("v1") || gvk.group().equals("meta.k8s.io");
        for (var name : new String[] {
            "k8s.io.api." + first + "." + version,
            "k8s.io." + first + "_apiserver.pkg.apis." + first + "." + version,
            "k8s.io.kube_aggregator.pkg.apis." + first + "." + version,
            "k8s.io.metrics.pkg.apis." + first + "." + version,
            meta ? META + gvk.kind() : ""
        }) {
            if (MESSAGES.has(name) && (name.startsWith(META) || group(first).equals(gvk.group()))) {
                return Optional.of(name);
            }
        }
        // Options stand in the group of the object that they go with.
        return gvk.kind().endsWith("Options") && MESSAGES.has(META + gvk.kind()) ? Optional.of(META + gvk.kind()) : Optional.empty();
    }
}
