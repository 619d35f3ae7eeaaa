package dev.skerry.kube.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** Rules of config maps and secrets. */
final class ConfigValidation {
    private static final int MAX_SIZE = 1024 * 1024;
    private static final String FIXED = "field is immutable when `immutable` is set";
    private static final Map<String, List<String>> NEEDED = Map.of("kubernetes.io/tls", List.of("tls.crt", "tls.key"), "kubernetes.io/ssh-auth", List.of("ssh-privatekey"),
            "kubernetes.io/dockerconfigjson", List.of(".dockerconfigjson"), "kubernetes.io/dockercfg", List.of(".dockercfg"));

    private ConfigValidation() {}

    static void configMap(Place map) {
        long size = 0;
        for (Place entry : entries(map.get("data"))) {
            String key = entry.path().substring("data[".length(), entry.path().length() - 1);
            Forms.dataKey(key).forEach(f -> entry.invalidAs(Names.quote(key), f));
            if (map.get("binaryData").has(key)) {
                entry.invalidAs(Names.quote(key), "duplicate of key present in binaryData");
            }
            size += entry.text().getBytes(StandardCharsets.UTF_8).length;
        }
        for (Place entry : entries(map.get("binaryData"))) {
            String key = entry.path().substring("binaryData[".length(), entry.path().length() - 1);
            Forms.dataKey(key).forEach(f -> entry.invalidAs(Names.quote(key), f));
            size += bytes(entry.text());
        }
        if (size > MAX_SIZE) {
            map.tooLong(MAX_SIZE);
        }
    }

    static void configMapUpdate(Place map, Place old) {
        immutable(map, old, "data", "binaryData");
    }

    static void secretUpdate(Place secret, Place old) {
        secret.get("type").fixed(old.get("type"));
        immutable(secret, old, "data");
    }

    private static void immutable(Place now, Place old, String... members) {
        if (!old.get("immutable").flag()) {
            return;
        }
        if (!now.get("immutable").flag()) {
            now.get("immutable").forbidden(FIXED);
        }
        for (String member : members) {
            if (!now.get(member).same(old.get(member))) {
                now.get(member).forbidden(FIXED);
            }
        }
    }

    static void secret(Place secret) {
        Place data = secret.get("data");
        long size = 0;
        for (Place entry : entries(data)) {
            String key = entry.path().substring("data[".length(), entry.path().length() - 1);
            Forms.dataKey(key).forEach(f -> entry.invalidAs(Names.quote(key), f));
            size += bytes(entry.text());
        }
        if (size > MAX_SIZE) {
            data.tooLong(MAX_SIZE);
        }
        String type = secret.get("type").text();
        if (type.equals("kubernetes.io/service-account-token")) {
            Place account = secret.get("metadata", "annotations").key("kubernetes.io/service-account.name");
            if (account.blank()) {
                account.required();
            }
        }
        if (type.equals("kubernetes.io/basic-auth") && !data.has("username") && !data.has("password")) {
            data.key("username").required();
            data.key("password").required();
        }
        for (String key : NEEDED.getOrDefault(type, List.of())) {
            Place entry = data.key(key);
            if (!entry.given() || key.equals("ssh-privatekey") && entry.text().isEmpty()) {
                entry.required();
            } else if (key.startsWith(".docker")) {
                json(entry);
            }
        }
    }

    /** A map in JSON, in base64. */
    private static void json(Place entry) {
        String shown = "\"<secret contents redacted>\"";
        try {
            JsonNode value = new ObjectMapper().readTree(Base64.getMimeDecoder().decode(entry.text()));
            if (value.isMissingNode()) {
                entry.invalidAs(shown, "unexpected end of JSON input");
            } else if (!value.isObject() && !value.isNull()) {
                String kind = value.isArray() ? "array" : value.isTextual() ? "string" : value.isBoolean() ? "bool" : "number";
                entry.invalidAs(shown, "json: cannot unmarshal " + kind + " into Go value of type map[string]interface {}");
            }
        } catch (IOException | IllegalArgumentException e) {
            entry.invalidAs(shown, fault(new String(Base64.getMimeDecoder().decode(entry.text()), StandardCharsets.UTF_8).strip()));
        }
    }

    private static String fault(String text) {
        char first = text.isEmpty() ? 0 : text.charAt(0);
        return first == 0 ? "unexpected end of JSON input" : "{[\"-0123456789".indexOf(first) >= 0
                ? "unexpected end of JSON input" : "invalid character '" + first + "' looking for beginning of value";
    }

    private static long bytes(String base64) {
        int padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
        return base64.length() * 3L / 4 - padding;
    }

    private static List<Place> entries(Place map) {
        List<Place> entries = new java.util.ArrayList<>();
        map.value().fieldNames().forEachRemaining(k -> entries.add(map.key(k)));
        return entries;
    }
}
