package dev.skerry.fabric.spoke;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.skerry.fabric.link.WorkSeal;
import java.io.IOException;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * A Work's spec, as its payload says it.
 *
 * @param keep whether drift is kept and reported instead of put back
 * @param manifests in the order in which they are applied
 */
record WorkText(String app, String namespace, long revision, boolean keep, List<ObjectNode> manifests) {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** What may not be applied, and why. */
    static final class UnacceptableException extends Exception {
        private static final long serialVersionUID = 1;

        UnacceptableException(String message) {
            super(message);
        }
    }

    /** Reads a payload whose signature is the parent's, made for this site. */
    static WorkText verified(byte[] payload, PublicKey authority, String site) throws UnacceptableException {
        ObjectNode spec = object(payload);
        if (!WorkSeal.holds(authority, site, spec)) {
            throw new UnacceptableException("spec.signature: not made for this site by the parent that it enrolled with (expected: that)");
        }
        return read(spec);
    }

    /** Reads a payload that was verified before. */
    static WorkText read(byte[] payload) throws UnacceptableException {
        return read(object(payload));
    }

    private static ObjectNode object(byte[] payload) throws UnacceptableException {
        try {
            if (JSON.readTree(payload) instanceof ObjectNode spec) {
                return spec;
            }
        } catch (IOException e) {
            throw new UnacceptableException("spec: " + e.getMessage() + " (expected: JSON)");
        }
        throw new UnacceptableException("spec: no object (expected: a Work's spec)");
    }

    private static WorkText read(ObjectNode spec) {
        var manifests = new ArrayList<ObjectNode>();
        for (JsonNode manifest : spec.path("manifests")) {
            manifests.add(manifest instanceof ObjectNode o ? o : JSON.createObjectNode());
        }
        manifests.sort(Comparator.comparingInt(WorkText::rank));
        return new WorkText(
                spec.path("app").asText(), spec.path("appNamespace").asText("default"), spec.path("revision").asLong(),
                spec.path("drift").asText().equals("Keep"), manifests);
    }

    /** Where others live comes first, then what others are, then the rest as given. */
    private static int rank(JsonNode manifest) {
        return switch (manifest.path("kind").asText()) {
            case "Namespace" -> 0;
            case "CustomResourceDefinition" -> 1;
            default -> 2;
        };
    }
}
