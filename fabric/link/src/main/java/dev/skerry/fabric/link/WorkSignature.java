package dev.skerry.fabric.link;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.TreeMap;

/**
 * What is signed of a Work: the name of the site that it is for and its specification without the signature, as JSON with sorted
 * keys, no white space and no nulls. A Work of another site, or of another revision, does not pass.
 */
public final class WorkSignature {

    private static final ObjectMapper JSON = new ObjectMapper();

    private WorkSignature() {}

    /** @param spec the Work's specification as JSON; its signature is left out */
    public static byte[] text(String site, String spec) {
        try {
            var canonical = canonical(JSON.readTree(spec));
            if (canonical instanceof ObjectNode object) {
                object.remove("signature");
            }
            return (site + "\n" + JSON.writeValueAsString(canonical)).getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("work: not JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static JsonNode canonical(JsonNode node) {
        if (node instanceof ObjectNode object) {
            var sorted = new TreeMap<String, JsonNode>();
            object.fields().forEachRemaining(f -> {
                if (!f.getValue().isNull()) {
                    sorted.put(f.getKey(), canonical(f.getValue()));
                }
            });
            var result = JSON.createObjectNode();
            sorted.forEach(result::set);
            return result;
        }
        if (node.isArray()) {
            var items = new ArrayList<JsonNode>();
            node.forEach(n -> items.add(canonical(n)));
            return JSON.createArrayNode().addAll(items);
        }
        return node;
    }

    /** Whether the key of {@code authority} has signed it, for this site. */
    public static boolean verify(String site, String spec, String signature, PublicKey authority) {
        try {
            var verifier = Signature.getInstance("SHA256withECDSA");
            verifier.initVerify(authority);
            verifier.update(text(site, spec));
            return verifier.verify(Base64.getDecoder().decode(signature));
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            // Not a signature at all.
            return false;
        }
    }
}
