package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** Reads and checks the schemas that custom resource definitions bring. */
final class Structural {
    private static final String META = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

    private Structural() {}

    static Schema parse(JsonNode schema) throws InvalidSchemaException {
        List<Cause> causes = new ArrayList<>();
        if (!schema.path("type").asText().equals("object")) {
            causes.add(schema.path("type").isMissingNode()
                    ? Cause.required("type", "must not be empty at the root")
                    : Cause.invalid("type", schema.path("type").toString(), "must be object at the root"));
        }
        if (!causes.isEmpty()) {
            throw new InvalidSchemaException(causes);
        }
        ObjectNode root = schema.deepCopy();
        ObjectNode properties = root.withObjectProperty("properties");
        properties.putObject("apiVersion").put("type", "string");
        properties.putObject("kind").put("type", "string");
        properties.putObject("metadata").put("$ref", META);
        return new Schema(root, SchemaCatalog.TYPES);
    }
}
